namespace EventDock.Tests.Adapters;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

[Collection(LedgerTests.Name)]
public sealed class LedgerViewTests(LedgerFixture fixture)
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private static readonly string[] Names = AllViews.Projections.Map(v => v.Name).ToArray();

    [Fact]
    public void A_view_as_of_any_position_is_the_fold_of_the_events_up_to_it() => Holds(async (ledger, open, facts) =>
    {
        for (var position = 0; position <= facts.Count; position += 1 + (facts.Count / 12))
        {
            var at = Some((long)position);
            var folded = Fold(facts.Take(position));
            await SameAsync(open.Views.Containers, ContainersView.Projection, at, folded);
            await SameAsync(open.Views.Images, ImagesView.Projection, at, folded);
            await SameAsync(open.Views.Tags, TagsView.Projection, at, folded);
            await SameAsync(open.Views.Layers, LayersView.Projection, at, folded);
            await SameAsync(open.Views.BuildSteps, BuildStepsView.Projection, at, folded);
        }

        var now = Fold(facts);
        await SameAsync(open.Views.Containers, ContainersView.Projection, None, now);
        await SameAsync(open.Views.Layers, LayersView.Projection, None, now);
        await SameAsync(open.Views.Tags, TagsView.Projection, None, now);
    });

    [Fact]
    public void A_rebuilt_view_is_the_one_kept_up_to_date_with_its_whole_history() => Holds(async (ledger, open, facts) =>
    {
        var kept = await SnapshotAsync(ledger);
        var folded = Must(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        Assert.Equal(facts.Count, folded.Position);
        Assert.Equal(kept, await SnapshotAsync(ledger));
    });

    [Fact]
    public async Task A_rebuild_keeps_owners_and_indexes_and_a_command_goes_on_after_it()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        Must(await open.Store.Append(One(Streams.Container(Hex("a")), 0, Created(Container("a"), "n", Hex("i"))), NoCancel).ToEither());
        const string Shape = """
            select string_agg(tablename || tableowner, ',' order by tablename)
                || (select string_agg(indexdef, ',' order by indexdef) from pg_indexes where tablename like 'view\_%' and schemaname = 'eventdock')
            from pg_tables where schemaname = 'eventdock'
            """;
        var before = await ledger.AskOneAsync<string>(Shape);
        // As the owner, who is not the one the tables belong to where the engine has a role of its own.
        var owner = await ledger.OpenAsync(ledger.Owner);
        Must(await owner.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        await owner.Care.Close();

        Assert.Equal(before, await ledger.AskOneAsync<string>(Shape));
        Assert.Equal(
            "NameTaken",
            (await open.Store.Append(One(Streams.Container(Hex("b")), 0, Created(Container("b"), "n", Hex("i"))), NoCancel).ToEither())
                .Match(Right: _ => "", Left: e => e.GetType().Name));
        Must(await open.Store.Append(One(Streams.Container(Hex("a")), 1, new ContainerRemoved(Container("a"))), NoCancel).ToEither());
        Assert.True(Must(await open.Views.Containers.All(None, NoCancel).ToEither()).IsEmpty);
        await open.Care.Close();
    }

    [Fact]
    public async Task A_rebuild_among_writers_loses_nothing_and_stops_nobody()
    {
        var ledger = await fixture.NewAsync();
        using var enough = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(async writer =>
        {
            var open = await ledger.OpenAsync();
            var done = 0;
            for (; !enough.IsCancellationRequested || done < 20; done++)
            {
                var id = Hex($"{writer}/{done}");
                Must(await open.Store.Append(
                    One(Streams.Layer(id), 0, Layer(id)).Holding(
                        done == 0 ? [] : [new Guard.LayersPresent(Seq1(Hex($"{writer}/{done - 1}")))]), NoCancel).ToEither());
            }

            await open.Care.Close();
            return done;
        }).ToList();
        var rebuilder = await ledger.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            Must(await rebuilder.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        }

        await enough.CancelAsync();
        var written = (await Task.WhenAll(writers)).Sum();
        Assert.Equal(written, Must(await rebuilder.Views.Layers.All(None, NoCancel).ToEither()).Count);
        var kept = await SnapshotAsync(ledger);
        Must(await rebuilder.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        Assert.Equal(kept, await SnapshotAsync(ledger));
        await rebuilder.Care.Close();
    }

    [Fact]
    public async Task An_event_that_this_version_does_not_know_stops_the_rebuild_and_the_log_and_is_named()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var id = Hex("a");
        Must(await open.Store.Append(One(Streams.Layer(id), 0, Layer(id), new LayerRemoved(id)), NoCancel).ToEither());
        await ledger.AskAsync("update eventdock.mt_events set type = 'layer_melted' where seq_id = 2");
        var kept = await SnapshotAsync(ledger);

        var unreadable = new DomainError.LedgerUnreadable(2, "event type layer_melted is not known to this version");
        Assert.Equal(unreadable, Left(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither()));
        Assert.Equal(unreadable, Left(await open.Store.Read(Streams.Layer(id), NoCancel).ToEither()));
        Assert.Equal(unreadable, Left(await open.Log.Read(LogQuery(), _ => unit, NoCancel).ToEither()));
        Assert.Equal(kept, await SnapshotAsync(ledger));
        await open.Care.Close();
    }

    [Fact]
    public async Task A_time_is_the_last_position_recorded_by_then_and_what_came_late_is_counted()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var long_ago = DateTimeOffset.UtcNow.AddHours(-1);
        Must(await open.Store.Append(new Append(Seq1(new StreamAppend(Streams.Layer("a"), 0, Seq1(Fact.At(DateTimeOffset.UtcNow, Layer("a"))))), Seq<Guard>()), NoCancel).ToEither());
        var between = DateTimeOffset.UtcNow;
        await Task.Delay(5);
        // Both happened an hour ago, and are recorded now.
        Must(await open.Store.Append(new Append(Seq1(new StreamAppend(Streams.Layer("b"), 0, Seq(Fact.At(long_ago, Layer("b")), Fact.At(long_ago, new LayerRemoved("b"))))), Seq<Guard>()), NoCancel).ToEither());

        Assert.Equal(new MomentAt(0, 0, 3), Must(await open.Views.At(long_ago.AddHours(-1), NoCancel).ToEither()));
        Assert.Equal(new MomentAt(0, 2, 3), Must(await open.Views.At(long_ago.AddMinutes(1), NoCancel).ToEither()));
        Assert.Equal(new MomentAt(1, 2, 3), Must(await open.Views.At(between, NoCancel).ToEither()));
        Assert.Equal(new MomentAt(3, 0, 3), Must(await open.Views.At(DateTimeOffset.UtcNow.AddSeconds(1), NoCancel).ToEither()));
        await open.Care.Close();
    }

    [Fact]
    public async Task Rows_are_found_by_key_by_the_beginning_of_a_key_by_image_and_by_state()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var (a, b) = (Container("a"), Container("b"));
        foreach (var id in new[] { a, b })
        {
            Must(await open.Store.Append(One(Streams.Container(id.Value), 0, Created(id, id.Short, Hex(id == a ? "i" : "j"))), NoCancel).ToEither());
        }

        Must(await open.Store.Append(One(Streams.Container(a.Value), 1, new ContainerStartRequested(a)), NoCancel).ToEither());
        Assert.Equal(Seq1(a), Ids(await open.Views.Containers.Prefixed(a.Short, None, NoCancel).ToEither()));
        Assert.Equal(Seq<ContainerId>(), Ids(await open.Views.Containers.Prefixed(a.Short, Some(0L), NoCancel).ToEither()));
        Assert.Equal(2, Ids(await open.Views.Containers.Prefixed("", None, NoCancel).ToEither()).Count);
        Assert.Equal(Seq1(b), Ids(await open.Views.Containers.Keyed(Seq(b.Value, "none"), None, NoCancel).ToEither()));
        Assert.Equal(Seq1(b), Ids(await open.Views.ContainersOf(Hex("j"), NoCancel).ToEither()));
        Assert.Equal(Seq1(a), Ids(await open.Views.ContainersUnended(NoCancel).ToEither()));
        Assert.True(Must(await open.Views.Root(NoCancel).ToEither()).IsNone);
        Must(await open.Store.Append(Root("r1"), NoCancel).ToEither());
        Assert.Equal("r1", Must(await open.Views.Root(NoCancel).ToEither()).Map(r => r.RootId).IfNone(""));
        var again = await ledger.OpenAsync();
        Assert.Equal(("r1", 4L), (again.Root.Map(r => r.RootId).IfNone(""), again.Head));
        await again.Care.Close();
        await open.Care.Close();

        static Seq<ContainerId> Ids(Either<DomainError, Seq<ContainerRow>> rows) => Must(rows).Map(r => r.Id);
    }

    [Fact]
    public async Task The_log_comes_newest_first_and_is_filtered_by_stream_type_time_position_and_number()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var id = Container("a");
        Must(await open.Store.Append(
            One(Streams.Layer(id.Value), 0, Layer(id.Value)).And(One(Streams.Container(id.Value), 0, Created(id, "n", Hex("i")))), NoCancel).ToEither());
        await Task.Delay(5);
        var between = DateTimeOffset.UtcNow;
        await Task.Delay(5);
        Must(await open.Store.Append(One(Streams.Container(id.Value), 1, new ContainerStartRequested(id), new ContainerStarted(id, 1, 2, "b"))
            .And(One(Streams.Exec(id.Value, "e"), 0, new ExecRequested("e", id, Seq1("ls"), "", "/", false, Seq<SecretName>()))), NoCancel).ToEither());

        Assert.Equal([5, 4, 3, 2, 1], await LogAsync(LogQuery()));
        Assert.Equal([4, 3, 2], await LogAsync(LogQuery() with { Streams = Seq1(Streams.Container(id.Value)) }));
        Assert.Equal([5, 4, 3, 2], await LogAsync(LogQuery() with { Streams = Seq1(Streams.Container(id.Value)), Prefixes = Seq1(Streams.ExecsOf(id.Value)) }));
        Assert.Equal([5, 1], await LogAsync(LogQuery() with { Prefixes = Seq("exec-", "layer-") }));
        Assert.Equal([4, 2], await LogAsync(LogQuery() with { Types = Seq("ContainerCreated", "ContainerStarted") }));
        Assert.Equal([5, 4, 3], await LogAsync(LogQuery() with { Since = between }));
        Assert.Equal([2, 1], await LogAsync(LogQuery() with { Until = between }));
        Assert.Equal([3, 2], await LogAsync(LogQuery() with { SincePosition = 2, UntilPosition = 3 }));
        Assert.Equal([5, 4], await LogAsync(LogQuery() with { Limit = 2 }));
        Assert.Equal("Invalid", Left(await open.Log.Read(LogQuery() with { Types = Seq1("Nonsense") }, _ => unit, NoCancel).ToEither()).GetType().Name);
        await open.Care.Close();

        async Task<List<int>> LogAsync(LogQuery query)
        {
            var seen = new List<int>();
            Must(await open.Log.Read(query, e => { seen.Add((int)e.Position); return unit; }, NoCancel).ToEither());
            return seen;
        }
    }

    private static LogQuery LogQuery() => new(Seq<string>(), Seq<string>(), Seq<string>(), null, null, null, null, null);

    /// <summary>Random lawful histories, each appended to a ledger of its own.</summary>
    private void Holds(Func<TestLedger, OpenLedger, IReadOnlyList<Fact>, Task> law)
    {
        var programs = Gen.Choose(0, 1000).ListOf(40);
        Prop.ForAll(Arb.From(programs), program =>
        {
            HoldsFor(program, law).GetAwaiter().GetResult();
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(6));
    }

    private async Task HoldsFor(IEnumerable<int> program, Func<TestLedger, OpenLedger, IReadOnlyList<Fact>, Task> law)
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var facts = new List<Fact>();
        foreach (var append in History(program))
        {
            Must(await open.Store.Append(append, NoCancel).ToEither());
            facts.AddRange(append.Streams.SelectMany(s => s.Facts));
        }

        await law(ledger, open, facts);
        await open.Care.Close();
    }

    private static Dictionary<(string View, string Key), string> Fold(IEnumerable<Fact> facts)
    {
        var rows = new Dictionary<(string View, string Key), object>();
        foreach (var fact in facts)
        {
            foreach (var view in AllViews.Projections)
            {
                foreach (var key in view.Keys(fact.Event))
                {
                    var after = view.Apply(rows.GetValueOrDefault((view.Name, key)), fact);
                    if (after is null)
                    {
                        rows.Remove((view.Name, key));
                    }
                    else
                    {
                        rows[(view.Name, key)] = after;
                    }
                }
            }
        }

        return rows.ToDictionary(r => r.Key, r => AllViews.Projections.Find(v => v.Name == r.Key.View).Map(v => v.Write(r.Value)).IfNone(""));
    }

    private static async Task SameAsync<TRow>(
        ViewReader<TRow> reader, Projection<TRow> view, Option<long> at, Dictionary<(string View, string Key), string> folded) where TRow : class
    {
        var rows = Must(await reader.All(at, NoCancel).ToEither()).Map(view.Erased.Write).OrderBy(r => r, StringComparer.Ordinal);
        var expected = folded.Where(f => f.Key.View == view.Name).Select(f => f.Value).OrderBy(r => r, StringComparer.Ordinal);
        Assert.Equal(expected, rows);
    }

    private static async Task<List<string>> SnapshotAsync(TestLedger ledger)
    {
        var all = new List<string>();
        foreach (var name in Names)
        {
            var rows = await ledger.AskAsync($"select '{name} ' || concat_ws('|', key, valid_from, coalesce(valid_to::text, '-'), row) from eventdock.view_{name} order by key, valid_from");
            all.AddRange(rows.Select(r => (string)r[0]!));
        }

        return all;
    }

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new InvalidOperationException($"not refused: {r}"), Left: e => e);
}
