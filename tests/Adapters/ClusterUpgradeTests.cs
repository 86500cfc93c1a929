namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>
/// A private cluster of an older Postgres: how it is recognised, and how all that is in it is moved. One version of Postgres is
/// installed where these tests run, so the move is tried from that version to itself.
/// </summary>
public sealed class ClusterUpgradeTests : IAsyncLifetime
{
    private const string Leaves = "select count(*) || md5(string_agg(line || encode(hash, 'hex'), ',' order by position)) from eventdock.leaves";
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string directory;
    private readonly ClusterPlace place;
    private readonly Cluster cluster;

    public ClusterUpgradeTests()
    {
        (directory, place) = NewPlace();
        cluster = PrivateCluster.Create(place);
    }

    public async Task InitializeAsync() => await AppendAsync("first");

    public async Task DisposeAsync()
    {
        Must(await cluster.Stop(NoCancel).ToEither());
        // One that was called off has programs at work for a moment; they hold this lock.
        using var waiting = System.Diagnostics.Process.Start("flock", [place.Root + "/pg.making", "true"]);
        await waiting.WaitForExitAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Everything_is_moved_and_the_old_data_is_kept()
    {
        await AskAsync<object>("create role reader login");
        await AskAsync<object>("grant usage on schema audit to reader");
        await AskAsync<object>("create database \"a \"\"second\"\" one\"");
        await AskAsync<object>("create table mine as select 42 as answer", "a \"second\" one");
        var (leaves, version) = (await AskAsync<string>(Leaves), Must(cluster.Status()).Version!);
        NpgsqlConnection.ClearAllPools();

        var kept = $"{place.Root}/pg.{version}";
        Assert.Equal(new Upgraded(version, version, kept), Must(await cluster.Upgrade(true, NoCancel).ToEither()));
        Assert.Equal([kept, place.Root + "/pg"], Directory.GetDirectories(place.Root, "pg*").Order(StringComparer.Ordinal).Reverse());
        Assert.Equal([place.Run + "/audit", place.Run + "/pg"], Directory.GetDirectories(place.Run).Order(StringComparer.Ordinal));
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        Assert.Equal(leaves, await AskAsync<string>(Leaves));
        Assert.Equal(42, await AskAsync<int>("select answer from mine", "a \"second\" one"));
        Assert.True(await AskAsync<bool>("select has_schema_privilege('reader', 'audit', 'usage') and not has_database_privilege('eventdock_audit', 'eventdock', 'temporary')"));
        await AppendAsync("second");

        // Again: the first old data is not in the way, nor does it go.
        Assert.Equal(new Upgraded(version, version, kept + ".2"), Must(await cluster.Upgrade(true, NoCancel).ToEither()));
        Assert.True(Directory.Exists(kept));
        await AppendAsync("third");
        Assert.Equal(6L, await AskAsync<long>("select position from eventdock.head"));
    }

    [Fact]
    public async Task One_made_by_the_newest_that_is_installed_is_left_as_it_is()
    {
        var pid = Must(cluster.Status()).Pid;
        var done = Must(await cluster.Upgrade(false, NoCancel).ToEither());
        Assert.Null(done.Kept);
        Assert.Equal(pid, Must(cluster.Status()).Pid);
    }

    [Fact]
    public async Task One_made_by_an_older_postgres_that_is_not_installed_names_both_versions()
    {
        Must(await cluster.Stop(NoCancel).ToEither());
        var installed = Must(cluster.Status()).Version!;
        foreach (var older in new[] { "9.6", "14" })
        {
            File.WriteAllText(place.Root + "/pg/PG_VERSION", older + "\n");
            var error = new DomainError.OlderCluster(place.Root + "/pg", older, installed);
            Assert.Equal(error, Error(await cluster.EnsureUp(NoCancel).ToEither()));
            Assert.Equal(error, Error(await cluster.Upgrade(false, NoCancel).ToEither()));
        }

        File.WriteAllText(place.Root + "/pg/PG_VERSION", "99\n");
        Assert.Equal(new DomainError.ProgramMissing("postgres 99", "postgresql-99"), Error(await cluster.EnsureUp(NoCancel).ToEither()));
        File.WriteAllText(place.Root + "/pg/PG_VERSION", installed + "\n");
        await AppendAsync("second");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(400)]
    [InlineData(900)]
    [InlineData(1500)]
    public async Task One_that_is_called_off_leaves_the_ledger_where_it_was_or_moves_it_whole(int milliseconds)
    {
        var leaves = await AskAsync<string>(Leaves);
        NpgsqlConnection.ClearAllPools();
        using var enough = new CancellationTokenSource(milliseconds);
        try
        {
            Must(await cluster.Upgrade(true, enough.Token).ToEither());
        }
        catch (OperationCanceledException)
        {
            Assert.False(Directory.Exists($"{place.Root}/pg.{Must(cluster.Status()).Version}"));
        }

        Assert.False(Directory.Exists(place.Root + "/pg.next"));
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        Assert.Equal(leaves, await AskAsync<string>(Leaves));
        await AppendAsync("second");
    }

    [Fact]
    public async Task What_a_killed_upgrade_has_left_is_cleared_by_the_next_start_and_old_data_is_never()
    {
        Must(await cluster.Stop(NoCancel).ToEither());
        var next = place.Root + "/pg.next";
        Directory.CreateDirectory(next);
        File.WriteAllText(next + "/PG_VERSION", "16\n");
        File.WriteAllText(next + "/eventdock.unfinished", "");
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        Assert.False(Directory.Exists(next));

        // Cut off between the exchange of the names and what follows: the mark is on the new data, the old one has the other name.
        Must(await cluster.Stop(NoCancel).ToEither());
        Directory.CreateDirectory(next);
        File.WriteAllText(next + "/PG_VERSION", "14\n");
        File.WriteAllText(place.Root + "/pg/eventdock.unfinished", "");
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        Assert.False(Directory.Exists(next));
        Assert.Equal("14\n", File.ReadAllText(place.Root + "/pg.14/PG_VERSION"));
        Assert.False(File.Exists(place.Root + "/pg/eventdock.unfinished"));
        await AppendAsync("second");
    }

    [Fact]
    public async Task Where_nothing_was_made_there_is_nothing_to_move()
    {
        var (_, other) = NewPlace();
        Assert.IsType<DomainError.NoLedger>(Error(await PrivateCluster.Create(other).Upgrade(false, NoCancel).ToEither()));
        Assert.False(Directory.Exists(other.Root));
    }

    private async Task AppendAsync(string name)
    {
        var open = Must(await PostgresLedger.OpenPrivate(place, TestLedger.NewOrigin(), NoCancel).ToEither());
        Must(await open.Store.Append(LedgerFacts.Image(LedgerFacts.Hex(name), LedgerFacts.Hex(name + " layer")), NoCancel).ToEither());
        await open.Care.Close();
    }

    private async Task<T?> AskAsync<T>(string sql, string? database = null)
    {
        var uri = Must(LibpqUri.Parse(cluster.Url));
        await using var source = NpgsqlDataSource.Create(ConnectionString(uri with { Database = database ?? uri.Database }));
        await using var command = source.CreateCommand(sql);
        return (T?)await command.ExecuteScalarAsync();
    }

    private static DomainError Error<T>(Either<DomainError, T> result) =>
        result.Match(Right: done => throw new InvalidOperationException($"done: {done}"), Left: e => e);
}
