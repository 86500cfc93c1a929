namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;

/// <summary>
/// A server for the ledger's tests: the one that EVENTDOCK_TEST_DATABASE names (a libpq URI), else a private cluster under a
/// directory of its own, ended with the tests. Every test has a database to itself.
/// </summary>
public sealed class LedgerFixture : IAsyncLifetime
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private string? directory;
    private int databases;

    /// <summary>Null where the tests were given a server.</summary>
    public ClusterPlace? Place { get; private set; }

    public async Task InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("EVENTDOCK_TEST_DATABASE") is null)
        {
            (directory, Place) = NewPlace();
            Must(await PrivateCluster.Create(Place).EnsureUp(NoCancel).ToEither());
        }
    }

    public async Task DisposeAsync()
    {
        if (Place is not null)
        {
            Must(await PrivateCluster.Create(Place).Stop(NoCancel).ToEither());
            NpgsqlConnection.ClearAllPools();
            Directory.Delete(directory!, recursive: true);
        }
    }

    /// <summary>A root and a run directory that nobody else has.</summary>
    public static (string Directory, ClusterPlace Place) NewPlace()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"ed-{Guid.NewGuid().ToString("N")[..8]}");
        return (directory, new ClusterPlace(Path.Combine(directory, "root"), Path.Combine(directory, "run")));
    }

    /// <summary>An empty ledger. Opened as its owner first, then as the engine's role where there is one.</summary>
    public async Task<TestLedger> NewAsync()
    {
        var name = $"ledger_{Environment.ProcessId}_{Interlocked.Increment(ref databases)}_{Guid.NewGuid():N}"[..40];
        var server = Place is null ? Environment.GetEnvironmentVariable("EVENTDOCK_TEST_DATABASE")! : PrivateCluster.Create(Place).Url;
        var uri = Must(LibpqUri.Parse(server));
        await using (var source = NpgsqlDataSource.Create(ConnectionString(uri)))
        await using (var command = source.CreateCommand($"create database {name}"))
        {
            await command.ExecuteNonQueryAsync();
        }

        var owner = uri with { Database = name };
        var ledger = new TestLedger(owner, Place is null ? owner : owner with { User = "eventdock_engine" });
        var made = await ledger.OpenAsync(owner);
        await made.Care.Close();
        return ledger;
    }

    public static string ConnectionString(LibpqUri uri) => new NpgsqlConnectionStringBuilder
    {
        Host = uri.Host ?? "localhost",
        Port = uri.Port ?? 5432,
        Username = uri.User,
        Password = uri.Password,
        Database = uri.Database,
        Pooling = false,
    }.ConnectionString;

    public static T Must<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => r, Left: e => throw new InvalidOperationException(e.ToString()));
}

/// <summary>One ledger of a test.</summary>
public sealed record TestLedger(LibpqUri Owner, LibpqUri Engine)
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public Task<OpenLedger> OpenAsync() => OpenAsync(Engine);

    public Task<OpenLedger> OpenAsync(LibpqUri uri) => OpenAsync(uri, SegmentFiles.None);

    public async Task<OpenLedger> OpenAsync(LibpqUri uri, SegmentFiles segments) =>
        LedgerFixture.Must(await PostgresLedger.OpenServer(uri, segments, NewOrigin(), _ => { }, CancellationToken.None).ToEither());

    public static Origin NewOrigin() => new(
        Guid.NewGuid(), Seq("eventdock", "run", "a \"quoted\"\nargument", "é\u0001"),
        new Actor(0, Actor.Unset, null, "/bin/bash", "/dev/pts/1", null) { Name = "root" }, new Host("host", "boot", 42), 0);

    /// <summary>Asks the tables themselves, as their owner.</summary>
    public async Task<List<object?[]>> AskAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(LedgerFixture.ConnectionString(Owner));
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object?[]>();
        while (await reader.ReadAsync())
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            }

            rows.Add(row);
        }

        return rows;
    }

    public async Task<T> AskOneAsync<T>(string sql) => (T)(await AskAsync(sql))[0][0]!;
}

[CollectionDefinition(Name)]
public sealed class LedgerTests : ICollectionFixture<LedgerFixture>
{
    public const string Name = "ledger";
}
