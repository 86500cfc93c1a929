namespace EventDock.Tests.Adapters;

using EventDock.Adapters.Postgres;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>An append is in the ledger once or not at all, whatever happens to the connection.</summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerOnceTests(LedgerFixture fixture)
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;

    [Fact]
    public async Task The_same_id_appended_again_gives_the_first_result_and_adds_nothing()
    {
        var ledger = await fixture.NewAsync();
        var (open, other) = (await ledger.OpenAsync(), await ledger.OpenAsync());
        var id = Container("a");
        var first = One(Streams.Container(id.Value), 0, Created(id, "n", Hex("i")), new ContainerStartRequested(id)) with { Id = Guid.NewGuid() };
        var positions = Must(await open.Store.Append(first, NoCancel).ToEither());
        Must(await open.Store.Append(One(Streams.Container(id.Value), 2, new ContainerStarted(id, 1, 1, "b")), NoCancel).ToEither());

        foreach (var store in new[] { open.Store, other.Store })
        {
            Assert.Equal(positions, Must(await store.Append(first, NoCancel).ToEither()));
        }

        // Also where nothing else stands in its way: other streams, and a guard that no longer holds.
        var elsewhere = One(Streams.Layer("l"), 0, Layer("l")).Holding(new Guard.ImagePresent("none")) with { Id = first.Id };
        Assert.Equal(positions, Must(await open.Store.Append(elsewhere, NoCancel).ToEither()));
        Assert.Equal(positions, Must(await open.Store.Append(elsewhere with { Guards = Seq<Guard>() }, NoCancel).ToEither()));
        Assert.Equal(3L, await ledger.AskOneAsync<long>("select count(*) from eventdock.mt_events"));
        Assert.Equal(2L, await ledger.AskOneAsync<long>("select count(*) from eventdock.appends"));
        await open.Care.Close();
        await other.Care.Close();
    }

    [Fact]
    public async Task A_refused_append_leaves_its_id_free()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var append = One(Streams.Layer("a"), 1, new LayerRemoved("a")) with { Id = Guid.NewGuid() };
        Assert.True((await open.Store.Append(append, NoCancel).ToEither()).IsLeft);
        Must(await open.Store.Append(One(Streams.Layer("a"), 0, Layer("a")), NoCancel).ToEither());
        Assert.Equal(2L, Must(await open.Store.Append(append, NoCancel).ToEither()).Last);
        await open.Care.Close();
    }

    [Theory]
    [InlineData(nameof(Cut.Before))]
    [InlineData(nameof(Cut.After))]
    [InlineData(nameof(Cut.During))]
    public async Task A_connection_cut_around_the_commit_loses_and_doubles_nothing(string cut)
    {
        if (fixture.Place is not { } place)
        {
            Console.WriteLine("skipped: the proxy stands before the private cluster's socket, and EVENTDOCK_TEST_DATABASE names another server");
            return;
        }

        var ledger = await fixture.NewAsync();
        using var proxy = new CuttingProxy(
            System.IO.Path.Combine(place.Run, "pg", ".s.PGSQL.5432"), Cut.Nothing, Enum.Parse<Cut>(cut), Enum.Parse<Cut>(cut));
        var open = Must(await PostgresLedger.OpenServer(ledger.Engine with { Host = proxy.Folder }, TestLedger.NewOrigin(), NoCancel).ToEither());
        Must(await open.Store.Append(One(Streams.Layer("a"), 0, Layer("a")), NoCancel).ToEither());

        var appended = Must(await open.Store.Append(
            One(Streams.Layer("b"), 0, Layer("b")).And(One(Streams.Layer("a"), 1, new LayerRemoved("a"))), NoCancel).ToEither());
        Assert.True(proxy.Appends > 2, "the append was not tried again: nothing has been shown");
        Assert.Equal(new Appended(2, 3), appended);
        Assert.Equal(3L, await ledger.AskOneAsync<long>("select count(*) from eventdock.mt_events"));
        Assert.Equal(3L, await ledger.AskOneAsync<long>("select position from eventdock.head"));
        Assert.Equal(2L, await ledger.AskOneAsync<long>("select count(*) from eventdock.appends"));
        // The next one is decided upon what is there.
        Assert.Equal(2L, Must(await open.Store.Past(Streams.Layer("a"), NoCancel).ToEither()).Version);
        Assert.Equal(4L, Must(await open.Store.Append(One(Streams.Layer("b"), 1, new LayerRemoved("b")), NoCancel).ToEither()).Last);
        await open.Care.Close();
    }

    [Fact]
    public async Task A_backend_ended_in_the_middle_of_an_append_is_followed_by_another_that_appends_it_once()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        await using var holder = NpgsqlDataSource.Create(ConnectionString(ledger.Owner));
        await using var connection = await holder.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("select from eventdock.head for update", connection))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var append = Task.Run(() => open.Store.Append(One(Streams.Layer("a"), 0, Layer("a")), NoCancel).ToEither());
        var ended = 0L;
        while (ended < 2)
        {
            // The first, and then the one that came for it.
            ended += await ledger.AskOneAsync<long>(
                "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and query like 'select%eventdock.append%'");
            await Task.Delay(20);
        }

        await transaction.RollbackAsync();
        Assert.Equal(new Appended(1, 1), Must(await append));
        Assert.Equal(1L, await ledger.AskOneAsync<long>("select count(*) from eventdock.mt_events"));
        await open.Care.Close();
    }

    [Fact]
    public async Task A_connection_lost_in_the_wait_for_a_streams_lock_is_followed_by_another_that_gets_it()
    {
        var ledger = await fixture.NewAsync();
        var (first, second) = (await ledger.OpenAsync(), await ledger.OpenAsync());
        var held = Must(await first.Retries.Alone("s", TimeSpan.FromSeconds(2), NoCancel).ToEither());
        var waiting = Task.Run(() => second.Retries.Alone("s", TimeSpan.FromSeconds(60), NoCancel).ToEither());
        var ended = 0L;
        while (ended < 2)
        {
            // The first, and then the one that came for it.
            ended += await ledger.AskOneAsync<long>(
                "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity where wait_event = 'advisory' and datname = current_database()");
            await Task.Delay(20);
        }

        Assert.False(waiting.IsCompleted);
        await held.DisposeAsync();
        await Must(await waiting).DisposeAsync();
        await first.Care.Close();
        await second.Care.Close();
    }
}
