namespace EventDock.Tests.Adapters;

using System.IO;
using System.Runtime.CompilerServices;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>
/// Ledgers as earlier versions have written them, stored as backups, one for each version of the schema that was shipped: this
/// program takes them over with everything in them, running containers included.
/// </summary>
public sealed class StoredLedgerTests : IAsyncLifetime
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string directory;
    private readonly ClusterPlace place;
    private readonly Cluster cluster;

    public StoredLedgerTests()
    {
        (directory, place) = NewPlace();
        cluster = PrivateCluster.Create(place);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        Must(await cluster.Stop(NoCancel).ToEither());
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData(4, 56, 4)]
    public async Task A_ledger_of_an_earlier_schema_is_migrated_with_all_that_is_in_it(int version, long events, int containers)
    {
        var restored = Must(await PostgresCopies.OfPrivate(place).Restore(Stored(version), false, NoCancel).ToEither());
        Assert.Equal(events, restored.Position);
        Assert.Equal(version, await AskAsync<int>("select max(version) from eventdock.migrations"));
        var (leaves, rows) = (await AskAsync<string>(Leaves), await AskAsync<string>(Rows));

        var open = Must(await PostgresLedger.OpenPrivate(place, TestLedger.NewOrigin(), NoCancel).ToEither());
        Assert.True(await AskAsync<int>("select max(version) from eventdock.migrations") > version);
        Assert.Equal((leaves, rows), (await AskAsync<string>(Leaves), await AskAsync<string>(Rows)));
        Assert.Equal(containers, Must(await open.Views.Containers.All(None, NoCancel).ToEither()).Count);
        var running = Assert.Single(Must(await open.Views.ContainersUnended(NoCancel).ToEither()));
        Assert.Equal(("running", ContainerRow.Running), (running.Name, running.State));

        var read = 0L;
        Must(await open.Log.Read(
            new LogQuery(Seq<string>(), Seq<string>(), Seq<string>(), null, null, null, null, null), _ => { read++; return unit; }, NoCancel).ToEither());
        Assert.Equal(events, read);

        Must(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        Assert.Equal((leaves, rows), (await AskAsync<string>(Leaves), await AskAsync<string>(Rows)));
        var next = Must(await open.Store.Append(LedgerFacts.Image(LedgerFacts.Hex("next"), LedgerFacts.Hex("layer")), NoCancel).ToEither());
        Assert.Equal(events + 1, next.First);
        await open.Care.Close();
    }

    [Fact]
    public async Task A_ledger_comes_back_with_every_roles_rights()
    {
        Must(await PostgresCopies.OfPrivate(place).Restore(Stored(4), false, NoCancel).ToEither());
        await ReopenAsync();
        var file = Must(await PostgresCopies.OfPrivate(place).Backup(directory, NoCancel).ToEither()).File;
        var rights = await AskAsync<string>(Rights);
        Assert.Contains("eventdock_audit=r/eventdock_engine", rights, StringComparison.Ordinal);

        Must(await PostgresCopies.OfPrivate(place).Restore(file, true, NoCancel).ToEither());
        Assert.Equal(rights, await AskAsync<string>(Rights));
        await ReopenAsync();
    }

    [Fact]
    public async Task A_backup_whose_owner_is_no_role_here_is_refused_and_nothing_is_done()
    {
        Must(await PostgresCopies.OfPrivate(place).Restore(Stored(4), false, NoCancel).ToEither());
        var before = await AskAsync<string>(Leaves);
        var other = Must(LibpqUri.Parse(cluster.Url)) with { Database = "other" };
        await ExecuteAsync("create role administrator", "create database other");
        Must(await PostgresCopies.OfServer(other).Restore(Stored(4), false, NoCancel).ToEither());
        await using (var source = NpgsqlDataSource.Create(ConnectionString(other)))
        await using (var given = source.CreateCommand("alter table eventdock.head owner to administrator"))
        {
            await given.ExecuteNonQueryAsync();
        }

        var file = Must(await PostgresCopies.OfServer(other).Backup(directory, NoCancel).ToEither()).File;
        await ExecuteAsync("drop database other with (force)", "drop role administrator");
        var error = (await PostgresCopies.OfPrivate(place).Restore(file, true, NoCancel).ToEither())
            .Match(Right: _ => throw new InvalidOperationException("it was restored"), Left: e => e);
        Assert.Equal(new DomainError.CopyFailed("psql", "role \"administrator\" does not exist"), error);
        Assert.Equal(before, await AskAsync<string>(Leaves));
    }

    [Fact]
    public void There_is_one_stored_ledger_for_each_schema_version_that_was_shipped() =>
        Assert.Equal(["schema-4.dump"], Directory.GetFiles(Path.GetDirectoryName(Stored(4))!).Select(f => Path.GetFileName(f)));

    private const string Leaves = "select count(*) || md5(string_agg(line || encode(hash, 'hex'), ',' order by position)) from eventdock.leaves";

    /// <summary>Of every view, whatever table it stands in.</summary>
    private static readonly string Rows = "select concat_ws(' ', " + string.Join(", ", AllViews.Projections.Map(v =>
        $"(select count(*) || md5(string_agg(key || valid_from || coalesce(valid_to, 0) || row::text, ',' order by key, valid_from)) from eventdock.view_{v.Name})")) + ")";

    private const string Rights =
        """
        select string_agg(n.nspname || '.' || c.relname || ' ' || c.relowner::regrole || ' ' || (select coalesce(string_agg(a, ' ' order by a), '') from unnest(c.relacl::text[]) a), E'\n'
            order by n.nspname, c.relname)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('eventdock', 'eventdock_fresh', 'audit') and c.relkind in ('r', 'v', 'S')
        """;

    private async Task ReopenAsync()
    {
        var open = Must(await PostgresLedger.OpenPrivate(place, TestLedger.NewOrigin(), NoCancel).ToEither());
        var next = await open.Store.Append(LedgerFacts.Image(LedgerFacts.Hex(Guid.NewGuid().ToString()), LedgerFacts.Hex("layer")), NoCancel).ToEither();
        Assert.True(next.IsRight || next.Match(Right: _ => false, Left: e => e is DomainError.Conflict), "the engine can still append");
        await open.Care.Close();
    }

    private async Task ExecuteAsync(params string[] statements)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(Must(LibpqUri.Parse(cluster.Url))));
        foreach (var statement in statements)
        {
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync();
        }
    }

    private async Task<T> AskAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(Must(LibpqUri.Parse(cluster.Url))));
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static string Stored(int version, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Stored", $"schema-{version}.dump");
}
