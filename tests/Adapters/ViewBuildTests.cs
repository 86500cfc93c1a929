namespace EventDock.Tests.Adapters;

using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>Views that are built beside the old ones while commands go on.</summary>
[Collection(LedgerTests.Name)]
public sealed class ViewBuildTests(LedgerFixture fixture)
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;

    /// <summary>Every page is noted, and nobody is waited for.</summary>
    private static readonly BuildPace Eager = new(TimeSpan.Zero, TimeSpan.Zero);

    [Fact]
    public async Task A_rebuild_that_is_interrupted_goes_on_where_it_was_and_gives_the_same_rows()
    {
        var (ledger, open) = await LongLogAsync(10_000);
        var kept = await SumsAsync(open);
        var database = Connect(ledger);
        using var interrupt = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ViewBuild.RunAsync(
            database, AllViews.Projections, Eager, at => Interrupt(at, interrupt), interrupt.Token));

        var cut = await ledger.AskOneAsync<long>("select min(position) from eventdock.view_builds");
        Assert.InRange(cut, 2000, 9999);
        Assert.True(await ledger.AskOneAsync<long>("select count(*) from eventdock_fresh.view_layers") > 0);
        // Events come meanwhile, and concern rows that were folded before the cut.
        Must(await open.Store.Append(One(Streams.Layer(Hex("5")), 10, new LayerRemoved(Hex("5"))), NoCancel).ToEither());

        var built = Must(await ViewBuild.RunAsync(database, AllViews.Projections, Eager, _ => { }, NoCancel));
        Assert.Equal((cut, 10_001L), (built.ResumedAt, built.Position));
        Assert.Equal(kept, await SumsAsync(open, 10_000));
        Assert.True(Must(await open.Care.Views.Compare(None, 10, _ => { }, NoCancel).ToEither()).IsEmpty);
        await EndAsync(database, open);
    }

    [Fact]
    public async Task A_rebuild_that_is_interrupted_among_its_indexes_makes_those_that_are_missing()
    {
        var (ledger, open) = await LongLogAsync(10_000);
        var kept = await SumsAsync(open);
        var database = Connect(ledger);
        using var interrupt = new CancellationTokenSource();
        var indexing = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ViewBuild.RunAsync(
            database, AllViews.Projections, Eager,
            at =>
            {
                // The first is told of before its rows have joined, the second when they have.
                if (at.Stage == BuildStage.Indexing && Interlocked.Increment(ref indexing) == 2)
                {
                    interrupt.Cancel();
                }
            },
            interrupt.Token));

        Assert.Equal(0L, await ledger.AskOneAsync<long>(
            "select count(*) from pg_tables where schemaname = 'eventdock_fresh' and tablename = 'open_containers'"));
        Assert.Equal(10_000L, await ledger.AskOneAsync<long>("select min(position) from eventdock.view_builds"));
        var built = Must(await ViewBuild.RunAsync(database, AllViews.Projections, Eager, _ => { }, NoCancel));
        Assert.Equal((10_000L, 10_000L), (built.ResumedAt, built.Position));
        Assert.Equal(kept, await SumsAsync(open));
        await EndAsync(database, open);
    }

    [Fact]
    public async Task A_fold_that_fails_is_named_with_its_event_and_nothing_is_put_in_place()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        Must(await open.Store.Append(One(Streams.Layer(Hex("a")), 0, Layer(Hex("a"))), NoCancel).ToEither());
        Must(await open.Store.Append(One(Streams.Layer(Hex("b")), 0, Layer(Hex("b"))), NoCancel).ToEither());
        var layers = LayersView.Projection.Erased;
        var failing = layers with
        {
            Apply = (row, fact) => fact.Event is LayerCreated e && e.Id == Hex("b")
                ? throw new ArithmeticException("no such layer")
                : layers.Apply(row, fact),
        };
        var database = Connect(ledger);
        var error = (await ViewBuild.RunAsync(database, Seq1(failing), Eager, _ => { }, NoCancel))
            .Match(Right: _ => throw new InvalidOperationException("it was built"), Left: e => e);
        Assert.Equal(new DomainError.ViewUnfoldable("layers", 2, "layer_created", "ArithmeticException: no such layer"), error);
        Assert.True(Must(await open.Care.Views.Compare(None, 10, _ => { }, NoCancel).ToEither()).IsEmpty);

        // The others can be built, and this one once its fold is mended.
        Must(await open.Care.Views.Rebuild(Seq1("images"), _ => { }, NoCancel).ToEither());
        Must(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        await EndAsync(database, open);
    }

    [Fact]
    public async Task A_rebuild_whose_connections_are_lost_goes_on_where_it_was()
    {
        var (ledger, open) = await LongLogAsync(10_000);
        var kept = await SumsAsync(open);
        var database = Connect(ledger);
        var killed = 0;
        var lost = await ViewBuild.RunAsync(
            database, AllViews.Projections, Eager,
            at =>
            {
                if (at.Position >= 6000 && Interlocked.Exchange(ref killed, 1) == 0)
                {
                    ledger.AskAsync(
                        $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{ledger.Owner.Database}' and pid <> pg_backend_pid()")
                        .GetAwaiter().GetResult();
                }
            },
            NoCancel);
        Assert.IsType<DomainError.LedgerUnreachable>(lost.Match(Right: b => throw new InvalidOperationException($"{b}"), Left: e => e));

        var built = Must(await ViewBuild.RunAsync(database, AllViews.Projections, BuildPace.Usual, _ => { }, NoCancel));
        Assert.InRange(built.ResumedAt, 1, 9999);
        // Of the other connections the lost ones are in the pool.
        await open.Care.Close();
        var again = await ledger.OpenAsync();
        Assert.Equal(kept, await SumsAsync(again));
        await EndAsync(database, again);
    }

    [Fact]
    public async Task A_second_rebuild_at_the_same_time_says_so_and_changes_nothing()
    {
        var (ledger, open) = await LongLogAsync(4000);
        var database = Connect(ledger);
        Either<DomainError, BuiltViews>? second = null;
        var first = Must(await ViewBuild.RunAsync(
            database, AllViews.Projections, Eager,
            _ => second ??= ViewBuild.RunAsync(database, AllViews.Projections, Eager, _ => { }, NoCancel).GetAwaiter().GetResult(), NoCancel));
        Assert.Equal(4000, first.Position);
        Assert.IsType<DomainError.RebuildRunning>(second!.Value.Match(Right: b => throw new InvalidOperationException($"{b}"), Left: e => e));
        await EndAsync(database, open);
    }

    [Fact]
    public async Task Appends_go_on_while_a_rebuild_waits_for_somebody_who_reads_the_old_views()
    {
        var (ledger, open) = await LongLogAsync(2000);
        await using var source = NpgsqlDataSource.Create(ConnectionString(ledger.Owner));
        await using var reader = await source.OpenConnectionAsync();
        await using var transaction = await reader.BeginTransactionAsync();
        await using (var look = new NpgsqlCommand("select count(*) from eventdock.view_layers", reader))
        {
            await look.ExecuteScalarAsync();
        }

        var waiting = new TaskCompletionSource();
        var rebuild = Task.Run(() => open.Care.Views.Rebuild(
            Seq<string>(),
            at =>
            {
                if (at.Stage == BuildStage.WaitingForReaders)
                {
                    waiting.TrySetResult();
                }
            },
            NoCancel).ToEither());
        await waiting.Task;
        for (var i = 0; i < 20; i++)
        {
            Must(await open.Store.Append(One(Streams.Layer(Hex($"late{i}")), 0, Layer(Hex($"late{i}"))), NoCancel).ToEither()
                .WaitAsync(TimeSpan.FromSeconds(60)));
        }

        Assert.False(rebuild.IsCompleted);
        await transaction.CommitAsync();
        Assert.Equal(2020, Must(await rebuild).Position);
        Assert.True(Must(await open.Care.Views.Compare(None, 10, _ => { }, NoCancel).ToEither()).IsEmpty);
        await open.Care.Close();
    }

    [Fact]
    public async Task Some_views_are_rebuilt_alone_and_a_name_that_is_none_is_refused()
    {
        var (_, open) = await LongLogAsync(100);
        var built = Must(await open.Care.Views.Rebuild(Seq("layers", "tags"), _ => { }, NoCancel).ToEither());
        Assert.Equal(Seq("layers", "tags"), built.Views);
        Assert.IsType<DomainError.Invalid>(
            (await open.Care.Views.Rebuild(Seq1("volumes"), _ => { }, NoCancel).ToEither()).Match(Right: _ => (object)"built", Left: e => e));
        Assert.True(Must(await open.Care.Views.Compare(None, 10, _ => { }, NoCancel).ToEither()).IsEmpty);
        await open.Care.Close();
    }

    [Fact]
    public async Task Views_of_a_later_version_are_neither_shown_nor_added_to_and_the_log_is_still_read()
    {
        var (ledger, open) = await LongLogAsync(100);
        await open.Care.Close();
        await ledger.AskAsync("update eventdock.view_versions set version = 9 where name = 'layers'");
        var older = await ledger.OpenAsync();
        await RefusedAsync<DomainError.ViewsNewer>(older);
        Must(await older.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        await older.Care.Close();
        await WorksAsync(await ledger.OpenAsync());
    }

    [Fact]
    public async Task Views_of_an_earlier_version_are_not_shown_and_where_there_is_much_to_fold_the_command_is_named()
    {
        var (ledger, open) = await LongLogAsync(100);
        await open.Care.Close();
        await ledger.AskAsync($"update eventdock.view_versions set version = 0 where name = 'layers'; update eventdock.head set position = {ViewVersions.Few + 1}");
        var later = await ledger.OpenAsync();
        await RefusedAsync<DomainError.ViewsOutdated>(later);
        await ledger.AskAsync("update eventdock.head set position = 100");
        Assert.Equal(100, Must(await later.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither()).Position);
        await later.Care.Close();
        await WorksAsync(await ledger.OpenAsync());
    }

    [Fact]
    public async Task A_program_that_was_open_when_a_later_one_put_its_views_in_place_adds_nothing_to_them()
    {
        var (ledger, open) = await LongLogAsync(100);
        var database = Connect(ledger);
        var later = LayersView.Projection.Erased with { Version = LayersView.Projection.Version + 1 };
        Must(await ViewBuild.RunAsync(database, Seq1(later), Eager, _ => { }, NoCancel));

        // Of one event and of several, with and without a view that the rules ask.
        await ForeignFoldsAsync(open, One(Streams.Layer("x"), 0, Layer("x")));
        await ForeignFoldsAsync(open, One(Streams.Layer("x"), 0, Layer("x"), new LayerRemoved("x")));
        await ForeignFoldsAsync(open, Root("r"));
        Assert.Equal(100L, await ledger.AskOneAsync<long>("select position from eventdock.head"));
        Assert.Equal(10L, await ledger.AskOneAsync<long>("select count(*) from eventdock.view_layers where valid_to is null"));
        Assert.Equal(0L, await ledger.AskOneAsync<long>("select count(*) from eventdock.view_stops"));

        Must(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        await WorksAsync(open);
        await database.Source.DisposeAsync();
    }

    [Theory]
    [InlineData("append_one", 18)]
    [InlineData("append", 38)]
    public async Task A_program_of_before_that_does_not_say_which_folds_it_has_is_told_to_give_way(string function, int arguments)
    {
        var ledger = await fixture.NewAsync();
        await using var source = NpgsqlDataSource.Create(ConnectionString(ledger.Engine));
        await using var command = source.CreateCommand(
            $"select eventdock.{function}({string.Join(',', Enumerable.Repeat("null", arguments))})");
        var thrown = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        Assert.Contains("a later version has changed this ledger's tables", thrown.MessageText);
        // As such a program shows it: in one line, and without trying again.
        Assert.IsType<DomainError.LedgerUnreachable>(new Database(source, "here").Named(thrown));
        Assert.False(Database.IsLost(thrown));
    }

    private static async Task ForeignFoldsAsync(OpenLedger open, Append append)
    {
        var refused = (await open.Store.Append(append, NoCancel).ToEither()).Match(Right: _ => (object)"appended", Left: e => e);
        var newer = Assert.IsType<DomainError.ViewsNewer>(refused);
        Assert.Equal($"layers:{LayersView.Projection.Version + 1}", newer.Found);
    }

    private static async Task RefusedAsync<TError>(OpenLedger open) where TError : DomainError
    {
        Assert.IsType<TError>((await open.Views.Layers.All(None, NoCancel).ToEither()).Match(Right: _ => (object)"shown", Left: e => e));
        Assert.IsType<TError>((await open.Store.Append(One(Streams.Layer("x"), 0, Layer("x")), NoCancel).ToEither())
            .Match(Right: _ => (object)"appended", Left: e => e));
        var seen = 0;
        Must(await open.Log.Read(
            new LogQuery(Seq<string>(), Seq<string>(), Seq<string>(), null, null, null, null, 3),
            _ =>
            {
                seen++;
                return unit;
            },
            NoCancel).ToEither());
        Assert.Equal(3, seen);
    }

    private static async Task WorksAsync(OpenLedger open)
    {
        Assert.Equal(10, Must(await open.Views.Layers.All(None, NoCancel).ToEither()).Count);
        Must(await open.Store.Append(One(Streams.Layer("x"), 0, Layer("x")), NoCancel).ToEither());
        await open.Care.Close();
    }

    private static void Interrupt(BuildProgress at, CancellationTokenSource interrupt)
    {
        if (at.Position >= 6000)
        {
            interrupt.Cancel();
        }
    }

    /// <summary>Ten events a layer, nine of them changes, in another order than that of the layers.</summary>
    private async Task<(TestLedger Ledger, OpenLedger Open)> LongLogAsync(int events)
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var layers = Enumerable.Range(0, events / 10).Select(n => Hex($"{n}")).ToArray();
        for (var round = 0; round < 10; round++)
        {
            var begun = round;
            Must(await open.Store.Append(
                new Append(
                    layers.Select((id, n) => To(
                        Streams.Layer(id), begun,
                        begun == 0 ? Layer(id) : new LayerWritten(id, "exit", n % 3, 1, 0, n, null, Seq<PathChange>(), null))).ToArray().ToSeq(),
                    Seq<Guard>()),
                NoCancel).ToEither());
        }

        return (ledger, open);
    }

    private static async Task<string> SumsAsync(OpenLedger open, long? at = null) =>
        string.Join('\n', Must(await open.Care.Views.Sums(at is { } position ? Some(position) : None, NoCancel).ToEither()));

    private static Database Connect(TestLedger ledger) => ServerSettings.Open(ledger.Engine);

    private static async Task EndAsync(Database database, OpenLedger open)
    {
        await database.Source.DisposeAsync();
        await open.Care.Close();
    }
}
