namespace EventDock.Tests.Adapters;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>An event that does not go into a view: the event is kept, the view stops, and says so to whoever needs it.</summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerStopTests(LedgerFixture fixture)
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;

    [Fact]
    public async Task A_fold_that_fails_stops_its_view_at_the_event_and_keeps_the_event()
    {
        var (ledger, open) = await BrokenAsync();
        // In one append: one that still goes in, and the one that does not.
        var appended = Must(await open.Store.Append(
            One(Streams.Layer("new"), 0, Layer("new")).And(One(Streams.Layer("a"), 1, Written("a"))), NoCancel).ToEither());
        Assert.Equal(new Appended(3, 4), appended);

        var stop = Assert.IsType<DomainError.ViewStopped>(Left(await open.Views.Layers.All(None, NoCancel).ToEither()));
        Assert.Equal(("layers", 4L, "layer_written"), (stop.View, stop.Position, stop.EventType));
        Assert.Contains("JsonException", stop.Reason, StringComparison.Ordinal);
        Assert.Equal(3L, await ledger.AskOneAsync<long>("select max(valid_from) from eventdock.view_layers"));
        Assert.Equal(2, Must(await open.Store.Read(Streams.Layer("a"), NoCancel).ToEither()).Count);
        await open.Care.Close();
    }

    [Fact]
    public async Task What_comes_after_is_appended_and_not_folded_in_and_the_other_views_go_on()
    {
        var (ledger, open) = await BrokenAsync();
        await AddAsync(open, One(Streams.Layer("a"), 1, Written("a")));
        await AddAsync(open, One(Streams.Layer("b"), 1, Written("b")));
        await AddAsync(open, One(Streams.Tag("t"), 0, new Domain.Images.ImageTagged("t", "i", null)));

        Assert.Equal(4L, Assert.IsType<DomainError.ViewStopped>(Left(await open.Views.Layers.Keyed(Seq1("b"), None, NoCancel).ToEither())).Position + 1);
        Assert.Equal(2L, await ledger.AskOneAsync<long>("select max(valid_from) from eventdock.view_layers"));
        Assert.Equal("i", Must(await open.Views.TagsOf("i", NoCancel).ToEither()).Single().Image);
        Assert.True(Must(await open.Views.Containers.All(None, NoCancel).ToEither()).IsEmpty);
        Assert.Equal(5L, Must(await open.Log.Head(NoCancel).ToEither()));
        await open.Care.Close();
    }

    [Fact]
    public async Task As_of_a_position_before_the_stop_the_view_answers()
    {
        var (_, open) = await BrokenAsync();
        await AddAsync(open, One(Streams.Layer("a"), 1, Written("a")));
        Assert.Equal("b", Must(await open.Views.Layers.Keyed(Seq1("b"), Some(2L), NoCancel).ToEither()).Single().Id);
        Assert.IsType<DomainError.ViewStopped>(Left(await open.Views.Layers.Keyed(Seq1("b"), Some(3L), NoCancel).ToEither()));
        await open.Care.Close();
    }

    [Fact]
    public async Task An_append_whose_rules_ask_the_stopped_view_is_refused_with_the_place_where_it_stopped()
    {
        var (ledger, open) = await BrokenAsync();
        await AddAsync(open, One(Streams.Layer("a"), 1, Written("a")));
        var guarded = One(Streams.Tag("t"), 0, new Domain.Images.ImageTagged("t", "i", null)).Holding(new Guard.LayersPresent(Seq1("b")));
        Assert.Equal(("layers", 3L), Place(Left(await open.Store.Append(guarded, NoCancel).ToEither())));

        // A name is taken once: who has it stands in the view of containers.
        await ledger.AskAsync("insert into eventdock.view_stops values ('containers', 3, 'x', 'y')");
        var created = One(Streams.Container(Hex("c")), 0, Created(Container("c"), "n", "i"));
        Assert.Equal(("containers", 3L), Place(Left(await open.Store.Append(created, NoCancel).ToEither())));
        Assert.Equal(3L, Must(await open.Log.Head(NoCancel).ToEither()));
        await open.Care.Close();
    }

    [Fact]
    public async Task An_event_that_would_stop_a_view_its_own_rules_ask_is_refused_and_the_view_goes_on()
    {
        var (ledger, open) = await BrokenAsync();
        var guarded = One(Streams.Layer("a"), 1, Written("a")).Holding(new Guard.LayersPresent(Seq1("b")));
        Assert.Equal(("layers", 0L), Place(Left(await open.Store.Append(guarded, NoCancel).ToEither())));
        Assert.Equal(0L, await ledger.AskOneAsync<long>("select count(*) from eventdock.view_stops"));
        await open.Care.Close();
    }

    [Fact]
    public async Task A_rebuild_lifts_the_stop_and_the_view_is_whole_again()
    {
        var (ledger, open) = await BrokenAsync();
        await AddAsync(open, One(Streams.Layer("a"), 1, Written("a")));
        await AddAsync(open, One(Streams.Layer("a"), 2, Written("a")));
        Must(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        Assert.Equal(2, Must(await open.Views.Layers.Keyed(Seq1("a"), None, NoCancel).ToEither()).Single().Written.Value);
        await AddAsync(open, One(Streams.Layer("a"), 3, Written("a")));
        Assert.Equal(3, Must(await open.Views.Layers.Keyed(Seq1("a"), None, NoCancel).ToEither()).Single().Written.Value);
        Assert.Equal(0L, await ledger.AskOneAsync<long>("select count(*) from eventdock.view_stops"));
        await open.Care.Close();
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"Since\": \"never\"}")]
    public async Task A_root_row_that_cannot_be_read_refuses_all_but_the_log_and_the_rebuild_that_mends_it(string row)
    {
        var ledger = await fixture.NewAsync();
        var first = await ledger.OpenAsync();
        await AddAsync(first, LedgerFacts.Root("theroot"));
        await first.Care.Close();
        await ledger.AskAsync($"update eventdock.view_root set row = '{row}'");

        var open = await ledger.OpenAsync();
        Assert.IsType<DomainError.LedgerUnreadable>(Left(await open.Store.Append(One(Streams.Layer("a"), 0, Layer("a")), NoCancel).ToEither()));
        Assert.IsType<DomainError.LedgerUnreadable>(Left(await open.Views.Root(NoCancel).ToEither()));
        Assert.Equal(1L, Must(await open.Log.Head(NoCancel).ToEither()));
        Must(await open.Care.Views.Rebuild(Seq1("root"), _ => { }, NoCancel).ToEither());
        await open.Care.Close();

        var mended = await ledger.OpenAsync();
        Assert.Equal("theroot", mended.Root.Map(r => r.RootId).IfNone(""));
        await AddAsync(mended, One(Streams.Layer("a"), 0, Layer("a")));
        await mended.Care.Close();
    }

    /// <summary>Two layers, and somebody has written nonsense into the row of the first.</summary>
    private async Task<(TestLedger Ledger, OpenLedger Open)> BrokenAsync()
    {
        var ledger = await fixture.NewAsync();
        var first = await ledger.OpenAsync();
        await AddAsync(first, One(Streams.Layer("a"), 0, Layer("a")));
        await AddAsync(first, One(Streams.Layer("b"), 0, Layer("b")));
        await first.Care.Close();
        await ledger.AskAsync("update eventdock.view_layers set row = '[]' where key = 'a'");
        return (ledger, await ledger.OpenAsync());
    }

    private static async Task AddAsync(OpenLedger open, Append append) => Must(await open.Store.Append(append, NoCancel).ToEither());

    private static LayerWritten Written(string id) => new(id, "exec", 1, 0, 0, 0, null, Seq<PathChange>(), null);

    private static (string View, long Position) Place(DomainError error)
    {
        var stop = Assert.IsType<DomainError.ViewStopped>(error);
        return (stop.View, stop.Position);
    }

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new InvalidOperationException($"not refused: {r}"), Left: e => e);
}
