namespace EventDock.Tests.Adapters;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>The rules that span streams: each alone, then with two connections that race for it.</summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerGuardTests(LedgerFixture fixture)
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private static readonly string Img = Hex("image");
    private static readonly string Base = Hex("base");
    private static readonly string Top = Hex("top");

    [Fact]
    public async Task An_image_that_is_not_there_or_is_gone_is_no_such_image()
    {
        var open = await WithImageAsync();
        await RefusedAsync(open, new DomainError.NoSuchImage(Hex("other")), Container("c"), new Guard.ImagePresent(Hex("other")));
        await AcceptedAsync(open, One(Streams.Image(Img), 1, new ImageRemoved(Img)));
        await RefusedAsync(open, new DomainError.NoSuchImage(Img), Container("c"), new Guard.ImagePresent(Img));
        await open.Care.Close();
    }

    [Fact]
    public async Task A_layer_that_is_not_there_is_named()
    {
        var open = await WithImageAsync();
        await RefusedAsync(open, new DomainError.LayerGone(Hex("x")), Container("c"), new Guard.LayersPresent(Seq(Base, Hex("x"), Top)));
        await AcceptedAsync(open, Run(Container("c")).Holding(new Guard.LayersPresent(Seq(Base, Top))));
        await open.Care.Close();
    }

    [Fact]
    public async Task An_image_in_use_is_refused_with_the_container_named_and_the_running_one_first()
    {
        var open = await WithImageAsync();
        var (stopped, running) = (Container("stopped"), Container("running"));
        await AcceptedAsync(open, Run(stopped));
        await RefusedAsync(open, new DomainError.ImageInUse(Img, stopped.Value, stopped.Short, false), Removal());
        await AcceptedAsync(open, Run(running).And(One(Streams.Container(running.Value), 1, new ContainerStartRequested(running), new ContainerStarted(running, 1, 1, "b"))));
        await RefusedAsync(open, new DomainError.ImageInUse(Img, running.Value, running.Short, true), Removal());
        await AcceptedAsync(open, One(Streams.Container(running.Value), 3, new ContainerExited(running, 0, false), new ContainerRemoved(running))
            .And(One(Streams.Container(stopped.Value), 1, new ContainerRemoved(stopped))));
        await AcceptedAsync(open, Removal());
        await open.Care.Close();
    }

    [Fact]
    public async Task An_image_with_another_tag_than_those_listed_is_a_conflict()
    {
        var open = await WithImageAsync();
        await AcceptedAsync(open, Tagged("a").And(Tagged("b")));
        await RefusedAsync(open, new DomainError.Conflict(Streams.Image(Img)), Removal(new Guard.ImageUntagged(Img, Seq1("a"))));
        await AcceptedAsync(open, Removal(new Guard.ImageUntagged(Img, Seq("b", "a"))));
        await open.Care.Close();
    }

    [Fact]
    public async Task A_layer_is_used_by_another_image_and_by_a_container_whose_image_was_removed_under_it()
    {
        var open = await WithImageAsync();
        var other = Hex("other");
        var drop = One(Streams.Layer(Base), 1, new LayerRemoved(Base)).Holding(new Guard.LayersUnused(Seq1(Base), Img));
        await AcceptedAsync(open, One(Streams.Image(other), 0, Built(other, Base)));
        await RefusedAsync(open, new DomainError.Conflict(Streams.Layer(Base)), drop);
        Assert.Equal(Seq1(Top), Must(await open.Views.LayersOnlyOf(Img, NoCancel).ToEither()));

        await AcceptedAsync(open, One(Streams.Image(other), 1, new ImageRemoved(other)));
        Assert.Equal(Seq(Base, Top), Must(await open.Views.LayersOnlyOf(Img, NoCancel).ToEither()));

        var container = Container("c");
        await AcceptedAsync(open, Run(container));
        await AcceptedAsync(open, One(Streams.Image(Img), 1, new ImageRemoved(Img)));
        await RefusedAsync(open, new DomainError.Conflict(Streams.Layer(Base)), drop);
        await AcceptedAsync(open, One(Streams.Container(container.Value), 1, new ContainerRemoved(container)));
        await AcceptedAsync(open, drop);
        await open.Care.Close();
    }

    [Fact]
    public async Task Of_run_and_rmi_of_one_image_at_once_exactly_one_succeeds()
    {
        var (ran, removed) = (0, 0);
        for (var i = 0; i < 25; i++)
        {
            var ledger = await LedgerWithImageAsync();
            var (one, two) = (await ledger.OpenAsync(), await ledger.OpenAsync());
            var run = one.Store.Append(Run(Container("c")).Holding(new Guard.ImagePresent(Img), new Guard.LayersPresent(Seq(Base, Top))), NoCancel);
            var rmi = two.Store.Append(
                One(Streams.Image(Img), 1, new ImageRemoved(Img)).And(One(Streams.Layer(Base), 1, new LayerRemoved(Base)))
                    .And(One(Streams.Layer(Top), 1, new LayerRemoved(Top)))
                    .Holding(new Guard.ImageUnused(Img), new Guard.ImageUntagged(Img, Seq<string>()), new Guard.LayersUnused(Seq(Base, Top), Img)),
                NoCancel);
            var (runResult, rmiResult) = (run.ToEither(), rmi.ToEither());
            var (first, second) = (await runResult, await rmiResult);
            Assert.True(first.IsRight ^ second.IsRight, $"run {first}, rmi {second}");
            first.Match(
                Right: _ => { ran++; },
                Left: e => { removed++; Assert.True(e is DomainError.NoSuchImage or DomainError.LayerGone or DomainError.Conflict, e.ToString()); });
            second.IfLeft(e => Assert.True(e is DomainError.ImageInUse or DomainError.Conflict, e.ToString()));
            await one.Care.Close();
            await two.Care.Close();
        }

        Assert.Equal(25, ran + removed);
    }

    [Fact]
    public async Task A_guard_waits_for_the_append_that_holds_the_row_and_then_sees_what_it_did()
    {
        var ledger = await LedgerWithImageAsync();
        var open = await ledger.OpenAsync();
        await using var source = Npgsql.NpgsqlDataSource.Create(ConnectionString(ledger.Owner));
        await using var other = await source.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var close = new Npgsql.NpgsqlCommand($"update eventdock.view_images set valid_to = 99 where key = '{Img}'", other))
        {
            await close.ExecuteNonQueryAsync();
        }

        var waiting = open.Store.Append(Run(Container("c")).Holding(new Guard.ImagePresent(Img)), NoCancel).ToEither();
        var early = await Task.WhenAny(waiting, Task.Delay(200));
        Assert.NotSame(waiting, early);
        await transaction.CommitAsync();
        Assert.Equal(new DomainError.NoSuchImage(Img), Left(await waiting));
        await open.Care.Close();
    }

    [Fact]
    public async Task Two_who_take_one_name_at_once_one_gets_it()
    {
        for (var i = 0; i < 15; i++)
        {
            var ledger = await fixture.NewAsync();
            var (one, two) = (await ledger.OpenAsync(), await ledger.OpenAsync());
            var results = await Task.WhenAll(
                one.Store.Append(One(Streams.Container(Hex("a")), 0, Created(Container("a"), "n", Img)), NoCancel).ToEither(),
                two.Store.Append(One(Streams.Container(Hex("b")), 0, Created(Container("b"), "n", Img)), NoCancel).ToEither());
            Assert.Single(results, r => r.IsRight);
            var holder = Must(await one.Views.ContainerNamed("n", NoCancel).ToEither()).Map(c => c.Id.Value).IfNone("");
            Assert.Equal(new DomainError.NameTaken("n", holder), Left(results.Single(r => r.IsLeft)));
            await one.Care.Close();
            await two.Care.Close();
        }
    }

    private static Append Run(ContainerId id) => One(Streams.Container(id.Value), 0, Created(id, id.Short, Img));

    private static Append Removal(params Guard[] more) =>
        One(Streams.Image(Img), 1, new ImageRemoved(Img)).Holding(new Guard.ImageUnused(Img)).Holding(more);

    private static Append Tagged(string reference) => One(Streams.Tag(reference), 0, new ImageTagged(reference, Img, null));

    private async Task<TestLedger> LedgerWithImageAsync()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        await AcceptedAsync(open, Image(Img, Base, Top));
        await open.Care.Close();
        return ledger;
    }

    private async Task<OpenLedger> WithImageAsync() => await (await LedgerWithImageAsync()).OpenAsync();

    private static async Task AcceptedAsync(OpenLedger open, Append append) =>
        Must(await open.Store.Append(append, NoCancel).ToEither());

    private static Task RefusedAsync(OpenLedger open, DomainError expected, ContainerId id, Guard guard) =>
        RefusedAsync(open, expected, Run(id).Holding(guard));

    private static async Task RefusedAsync(OpenLedger open, DomainError expected, Append append)
    {
        var before = Must(await open.Log.Head(NoCancel).ToEither());
        Assert.Equal(expected, Left(await open.Store.Append(append, NoCancel).ToEither()));
        Assert.Equal(before, Must(await open.Log.Head(NoCancel).ToEither()));
    }

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new InvalidOperationException($"not refused: {r}"), Left: e => e);
}
