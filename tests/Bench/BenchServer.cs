namespace EventDock.Tests.Bench;

using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using LanguageExt;
using Npgsql;
using static LanguageExt.Prelude;

/// <summary>A private cluster of the bench's own, as EventDock makes it, ended and removed with the bench.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private readonly string directory;
    private readonly Cluster cluster;
    private int databases;

    private BenchServer(string directory, ClusterPlace place)
    {
        (this.directory, Place) = (directory, place);
        cluster = PrivateCluster.Create(place);
    }

    public ClusterPlace Place { get; }

    public static async Task<BenchServer> StartAsync()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"edb-{Guid.NewGuid().ToString("N")[..8]}");
        var server = new BenchServer(directory, new ClusterPlace(Path.Combine(directory, "root"), Path.Combine(directory, "run")));
        Must(await server.cluster.EnsureUp(CancellationToken.None).ToEither());
        return server;
    }

    /// <summary>A database with a ledger in it; its address as the engine's role.</summary>
    public async Task<LibpqUri> NewLedgerAsync()
    {
        var name = $"bench_{Interlocked.Increment(ref databases)}";
        var owner = Must(LibpqUri.Parse(cluster.Url));
        await ExecuteAsync(owner, $"create database {name}");
        var made = Must(await PostgresLedger.OpenServer(owner with { Database = name }, NewOrigin(), CancellationToken.None).ToEither());
        await made.Care.Close();
        return owner with { Database = name, User = "eventdock_engine" };
    }

    public static async Task<OpenLedger> OpenAsync(LibpqUri engine) =>
        Must(await PostgresLedger.OpenServer(engine, NewOrigin(), CancellationToken.None).ToEither());

    public static async Task ExecuteAsync(LibpqUri uri, string sql)
    {
        await using var source = NpgsqlDataSource.Create(Settings(uri));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public static string Settings(LibpqUri uri) => new NpgsqlConnectionStringBuilder
    {
        Host = uri.Host,
        Username = uri.User,
        Database = uri.Database,
        SslMode = SslMode.Disable,
        NoResetOnClose = true,
        Pooling = false,
    }.ConnectionString;

    public static Origin NewOrigin() => new(
        Guid.NewGuid(), Seq("eventdock", "run", "--name", "web", "node:22", "node", "server.js"),
        new Actor(0, Actor.Unset, null, "/bin/bash", "/dev/pts/1", null),
        new Host("0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef", 4242), 1);

    public static T Must<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => r, Left: e => throw new InvalidOperationException(e.ToString()));

    public async ValueTask DisposeAsync()
    {
        Must(await cluster.Stop(CancellationToken.None).ToEither());
        Directory.Delete(directory, recursive: true);
    }
}
