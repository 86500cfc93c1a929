namespace EventDock.Tests.Adapters;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>
/// Random commands, decided by the deciders and appended through the store; then every view is asked as of every position, and compared with
/// folding in memory what had been appended by then. EVENTDOCK_HISTORIES says how many histories (3).
/// </summary>
[Collection(LedgerTests.Name)]
public sealed class PastLawsTests(LedgerFixture fixture)
{
    private const int Commands = 100;

    private static readonly CancellationToken NoCancel = CancellationToken.None;

    private static int Histories => Environment.GetEnvironmentVariable("EVENTDOCK_HISTORIES") is { Length: > 0 } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : 3;

    [Fact]
    public void Every_view_as_of_every_position_is_the_fold_of_what_had_been_appended_by_then() => Holds(async (open, facts) =>
    {
        var model = new Model();
        for (var position = 0; position <= facts.Count; position++)
        {
            if (position > 0)
            {
                model.Apply(facts[position - 1]);
            }

            await SameAsync(open.Views, position, model);
            if (position % 3 == 0)
            {
                await SameAsync(open.Views.AsOf(position), None, model);
            }
        }

        await SameAsync(open.Views, None, model);
        await SameAsync(open.Views.AsOf(facts.Count + 7), None, model);
    });

    [Fact]
    public void A_time_is_the_last_position_recorded_or_the_last_that_had_happened_by_then() => Holds(async (open, facts) =>
    {
        var log = Must(await open.Log.List(LogQuery.All, NoCancel).ToEither());
        Assert.Equal(Enumerable.Range(1, facts.Count).Reverse().Select(n => (long)n), log.Map(e => e.Position));
        var times = log.Bind(e => Seq(e.At, e.Occurred)).Distinct()
            .SelectMany(time => new[] { time.AddTicks(-TimeSpan.TicksPerMicrosecond), time, time.AddTicks(TimeSpan.TicksPerMicrosecond) });
        foreach (var time in times)
        {
            var recorded = log.Filter(e => e.At <= time).Map(e => e.Position).Fold(0L, Math.Max);
            var happened = log.Filter(e => e.Occurred <= time).Map(e => e.Position).Fold(0L, Math.Max);
            Assert.Equal(
                new MomentAt(recorded, log.Count(e => e.Occurred <= time && e.Position > recorded), facts.Count),
                Must(await open.Views.At(time, NoCancel).ToEither()));
            Assert.Equal(
                new MomentAt(happened, log.Count(e => e.Occurred > time && e.Position <= happened), facts.Count),
                Must(await open.Views.AtOccurred(time, NoCancel).ToEither()));
            var then = open.Views.AsOf(facts.Count / 2);
            Assert.Equal(Math.Min(recorded, facts.Count / 2), Must(await then.At(time, NoCancel).ToEither()).Position);
        }
    });

    [Fact]
    public void A_log_as_of_a_position_is_what_had_been_appended_by_then() => Holds(async (open, facts) =>
    {
        for (var position = 0; position <= facts.Count; position += 1 + (facts.Count / 7))
        {
            var then = open.Log.AsOf(position);
            Assert.Equal(position, Must(await then.Head(NoCancel).ToEither()));
            Assert.Equal(
                Enumerable.Range(1, position).Reverse().Select(n => (long)n), Must(await then.List(LogQuery.All, NoCancel).ToEither()).Map(e => e.Position));
            Assert.True(Must(await then.List(LogQuery.All with { SincePosition = position + 1 }, NoCancel).ToEither()).IsEmpty);
        }
    });

    private void Holds(Func<OpenLedger, IReadOnlyList<Fact>, Task> law)
    {
        var inputs =
            from commands in CommandHistory.Commands.ListOf(Commands)
            from sizes in Gen.Choose(1, 5).ListOf(Commands)
            from ages in Gen.Choose(0, 100).ListOf(Commands)
            select (Commands: commands, Sizes: sizes, Ages: ages);
        Prop.ForAll(Arb.From(inputs), x =>
        {
            HoldsForAsync(x.Commands, x.Sizes, x.Ages, law).GetAwaiter().GetResult();
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Histories));
    }

    private async Task HoldsForAsync(
        IReadOnlyList<ModelCommand> commands, IEnumerable<int> sizes, IReadOnlyList<int> ages, Func<OpenLedger, IReadOnlyList<Fact>, Task> law)
    {
        var open = await (await fixture.NewAsync()).OpenAsync();
        var history = new CommandHistory();
        var (taken, drawn) = (0, 0);
        foreach (var size in sizes)
        {
            var append = history.Decide(
                commands.Skip(taken).Take(size), () => DateTimeOffset.UtcNow.AddMinutes(-ages[drawn++ % ages.Count]));
            taken += size;
            if (append.Streams.IsEmpty)
            {
                continue;
            }

            // Two containers of one name are refused, and leave nothing behind.
            (await open.Store.Append(append, NoCancel).ToEither()).Match(
                Right: _ => history.Take(append),
                Left: error => Assert.IsType<DomainError.NameTaken>(error));
        }

        await law(open, history.Facts);
        await open.Care.Close();
    }

    private static async Task SameAsync(Views views, Option<long> at, Model model)
    {
        await RowsAsync(views.Containers, ContainersView.Projection.Erased);
        await RowsAsync(views.Images, ImagesView.Projection.Erased);
        await RowsAsync(views.Tags, TagsView.Projection.Erased);
        await RowsAsync(views.Layers, LayersView.Projection.Erased);
        await RowsAsync(views.BuildSteps, BuildStepsView.Projection.Erased);
        await RowsAsync(views.Roots, RootView.Projection.Erased);
        var containers = model.Rows<ContainerRow>("containers").ToList();
        Assert.Equal(
            containers.Where(c => c.State == ContainerRow.Running).Select(c => c.Id),
            Must(await views.ContainersRunning(at, NoCancel).ToEither()).Map(c => c.Id));
        foreach (var name in containers.Select(c => c.Name).Append("one"))
        {
            var named = at.Match(
                Some: position => views.ContainerNamedAt(name, position, NoCancel), None: () => views.ContainerNamed(name, NoCancel));
            Assert.Equal(containers.Find(c => c.Name == name)?.Id, Must(await named.ToEither()).Map(c => c.Id).MatchUnsafe<Domain.Containers.ContainerId?>(id => id, () => null));
        }

        foreach (var image in CommandHistory.Images)
        {
            var tags = at.Match(Some: position => views.TagsOfAt(image, position, NoCancel), None: () => views.TagsOf(image, NoCancel));
            Assert.Equal(model.Rows<TagRow>("tags").Where(t => t.Image == image).Select(t => t.Reference), Must(await tags.ToEither()).Map(t => t.Reference));
        }

        if (at.IsNone)
        {
            await NowAsync(views, model, containers);
        }

        async Task RowsAsync<TRow>(ViewReader<TRow> reader, AnyProjection view) where TRow : class =>
            Assert.Equal(model.Written(view), Must(await reader.All(at, NoCancel).ToEither()).Map(row => view.Write(row)));
    }

    /// <summary>What is asked of now only.</summary>
    private static async Task NowAsync(Views views, Model model, List<ContainerRow> containers)
    {
        Assert.Equal(
            containers.Where(c => c.State is ContainerRow.Running or ContainerRow.Starting).Select(c => c.Id),
            Must(await views.ContainersUnended(NoCancel).ToEither()).Map(c => c.Id));
        foreach (var image in containers.Select(c => c.ImageId).Append("none").Distinct())
        {
            Assert.Equal(
                containers.Where(c => c.ImageId == image).Select(c => c.Id), Must(await views.ContainersOf(image, NoCancel).ToEither()).Map(c => c.Id));
        }

        foreach (var tag in CommandHistory.Tags)
        {
            var image = model.Rows<TagRow>("tags").FirstOrDefault(t => t.Reference == tag)?.Image;
            Assert.Equal(
                model.Rows<ImageRow>("images").FirstOrDefault(i => i.Id == image)?.Id,
                Must(await views.ImageTagged(tag, NoCancel).ToEither()).Map(i => i.Id).MatchUnsafe<string?>(id => id, () => null));
        }

        Assert.Equal(
            model.Rows<RootRow>("root").FirstOrDefault()?.RootId,
            Must(await views.Root(NoCancel).ToEither()).Map(r => r.RootId).MatchUnsafe<string?>(id => id, () => null));
    }

    /// <summary>All views in memory, event after event.</summary>
    private sealed class Model
    {
        private readonly Dictionary<string, SortedDictionary<string, object>> tables =
            AllViews.Projections.ToDictionary(v => v.Name, _ => new SortedDictionary<string, object>(StringComparer.Ordinal));

        public void Apply(Fact fact)
        {
            foreach (var view in AllViews.Projections)
            {
                foreach (var key in view.Keys(fact.Event))
                {
                    var table = tables[view.Name];
                    if (view.Apply(table.GetValueOrDefault(key), fact) is { } row)
                    {
                        table[key] = row;
                    }
                    else
                    {
                        table.Remove(key);
                    }
                }
            }
        }

        public IEnumerable<TRow> Rows<TRow>(string view) => tables[view].Values.Cast<TRow>();

        public IEnumerable<string> Written(AnyProjection view) => tables[view.Name].Values.Select(view.Write);
    }
}
