namespace EventDock.Tests.Adapters;

using System.Globalization;
using System.IO;
using System.Runtime.CompilerServices;
using EventDock.Adapters.Postgres;
using EventDock.Adapters.Segments;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>
/// The stored ledgers, and one private cluster into which they are put one after the other. What a new ledger's tables are is
/// asked of it before the first.
/// </summary>
public sealed class StoredLedgers : IAsyncLifetime
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly ClusterPlace place;

    public StoredLedgers()
    {
        (Directory, place) = NewPlace();
        Cluster = PrivateCluster.Create(place);
    }

    /// <summary>Goes with the cluster.</summary>
    public string Directory { get; }

    public Cluster Cluster { get; }

    public LedgerCopies Copies => PostgresCopies.OfPrivate(place);

    /// <summary>The catalog of a new ledger.</summary>
    public IReadOnlyDictionary<string, string> Fresh { get; private set; } = new Dictionary<string, string>();

    /// <summary>Of which versions of the schema there is one.</summary>
    public static int[] Versions =>
        System.IO.Directory.GetFiles(Stored(), "schema-*.dump")
            .Select(file => int.Parse(Path.GetFileNameWithoutExtension(file)["schema-".Length..], NumberStyles.None, CultureInfo.InvariantCulture))
            .Order().ToArray();

    public static string Dump(int version) => Path.Combine(Stored(), $"schema-{version}.dump");

    /// <summary>The key of the checkpoints in it; versions before the tree had none.</summary>
    public static Option<VerifierKey> Key(int version) =>
        Path.Combine(Stored(), $"schema-{version}.key") is var file && File.Exists(file)
            ? Some(Must(VerifierKey.Parse(File.ReadAllText(file).TrimEnd('\n'))))
            : None;

    public async Task InitializeAsync()
    {
        var fresh = await OpenAsync();
        Fresh = await CatalogAsync();
        await fresh.Care.Close();
    }

    public async Task DisposeAsync()
    {
        Must(await Cluster.Stop(NoCancel).ToEither());
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>Puts one into the cluster, as if nothing had ever been there; its position.</summary>
    public async Task<long> RestoreAsync(int version)
    {
        await ExecuteAsync("drop schema if exists eventdock, eventdock_fresh, eventdock_old, audit cascade");
        return Must(await Copies.Restore(Dump(version), false, NoCancel).ToEither()).Position;
    }

    /// <summary>Opens what is in the cluster as any command does.</summary>
    public async Task<OpenLedger> OpenAsync() =>
        Must(await PostgresLedger.OpenPrivate(place, TestLedger.NewOrigin(), NoCancel).ToEither());

    /// <summary>With the segments that were stored with it.</summary>
    public async Task<OpenLedger> OpenAsync(int version)
    {
        var segments = Path.Combine(Disk(version), "segments");
        System.IO.Directory.CreateDirectory(Disk(version));
        if (Path.Combine(Stored(), $"schema-{version}.segments") is var stored && System.IO.Directory.Exists(stored))
        {
            System.IO.Directory.CreateDirectory(segments);
            foreach (var file in System.IO.Directory.GetFiles(stored))
            {
                File.Copy(file, Path.Combine(segments, Path.GetFileName(file)), overwrite: true);
            }
        }

        return Must(await PostgresLedger.OpenPrivate(
            place, SegmentFilesAdapter.Create(Disk(version)), TestLedger.NewOrigin(), _ => { }, None, NoCancel).ToEither());
    }

    /// <summary>What stands for the root that wrote it.</summary>
    public string Disk(int version) => Path.Combine(Directory, $"disk-{version}");

    public Task<SortedDictionary<string, string>> CatalogAsync() => Catalog.OfAsync(Must(LibpqUri.Parse(Cluster.Url)));

    public async Task ExecuteAsync(params string[] statements)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(Must(LibpqUri.Parse(Cluster.Url))));
        foreach (var statement in statements)
        {
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync();
        }
    }

    public async Task<T> AskAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(Must(LibpqUri.Parse(Cluster.Url))));
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static string Stored([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Stored");
}
