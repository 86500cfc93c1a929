namespace EventDock.Tests.Properties;

using System.Globalization;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Roots;
using EventDock.Domain.Undo;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>To have undone something is never to have done it, but for times and positions.</summary>
public sealed class UndoLaws
{
    /// <summary>What somebody tries; numbers mean one of the few things that there are.</summary>
    private abstract record Act
    {
        public sealed record Tag(int Reference, int Image) : Act;

        public sealed record Untag(int Reference) : Act;

        public sealed record Rename(int Container, int Name) : Act;

        public sealed record Remove(int Container) : Act;

        public sealed record RemoveImage(int Image) : Act;

        /// <summary>Undoes one of the commands so far, undoings included, counted from the last.</summary>
        public sealed record Undo(int Back) : Act;
    }

    private static readonly Gen<Act> Acts = Gen.OneOf(
        Gen.Choose(0, 8).Select(n => (Act)new Act.Tag(n % 3, n / 3)),
        Gen.Choose(0, 2).Select(n => (Act)new Act.Untag(n)),
        Gen.Choose(0, 8).Select(n => (Act)new Act.Rename(n % 3, n / 3)),
        Gen.Choose(0, 2).Select(n => (Act)new Act.Remove(n)),
        Gen.Choose(0, 2).Select(n => (Act)new Act.RemoveImage(n)),
        Gen.Choose(0, 6).Select(n => (Act)new Act.Undo(n)),
        Gen.Constant<Act>(new Act.Undo(0)));

    /// <summary>Acts one after the other; of one that breaks a law parts are tried until none can be left out.</summary>
    private sealed record Story(Seq<Act> Acts)
    {
        public override string ToString() => string.Join("; ", Acts);

        public IEnumerable<Story> Shorter() =>
            Enumerable.Range(0, Acts.Count).Select(n => new Story((Acts.Take(n).Strict() + Acts.Skip(n + 1).Strict()).ToSeq().Strict()));
    }

    [Fact]
    public void After_any_undos_and_redos_all_is_as_if_what_is_undone_had_never_been_done() =>
        Prop.ForAll(
            Arb.From(Acts.ListOf(30).Select(acts => new Story(acts.ToSeq().Strict())), story => story.Shorter()),
            story =>
            {
                var (done, never) = (new Model(), new Model());
                story.Acts.Iter(act => done.Try(act));
                // Who has a name and who uses an image was asked when it was done; what let it be done may have been undone since.
                done.InForce().Iter(act => never.Try(act, asked: false));
                return done.Views() == never.Views();
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void The_last_command_can_always_be_undone_and_done_again() => Holds(
        Acts.ListOf(20),
        acts =>
        {
            var model = new Model();
            acts.Where(act => act is not Act.Undo).Iter(act => model.Try(act));
            if (model.Commands == 0)
            {
                return true;
            }

            var after = model.Views();
            return model.Try(new Act.Undo(0)) && model.Try(new Act.Undo(0)) && model.Views() == after && model.Try(new Act.Undo(0));
        });

    [Fact]
    public void What_no_undo_takes_back_is_refused_with_its_event()
    {
        var model = new Model();
        Assert.Equal("ContainerCreated", Assert.IsType<DomainError.CannotUndo>(CodecSamples.Left(UndoPlan.Of(model.Log))).Event);
        Assert.IsType<DomainError.NothingToUndo>(CodecSamples.Left(UndoPlan.Of(Seq<Recorded<DockEvent>>())));
    }

    /// <summary>A ledger in memory: three images, three containers of the first two, three references.</summary>
    private sealed class Model
    {
        private static readonly DateTimeOffset Time = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
        private static readonly string[] Images = [Histories.D(1).Hex, Histories.D(2).Hex, Histories.D(3).Hex];
        private static readonly string[] References = ["docker.io/library/a:1", "docker.io/library/b:1", "docker.io/library/c:1"];
        private static readonly Seq<ContainerId> Ids = Histories.Ids;
        private readonly List<Recorded<DockEvent>> log = [];
        private readonly List<(Guid Command, Act Act)> commands = [];

        public Model()
        {
            Images.Iter(image => Record(Guid.Empty, Streams.Image(image), new ImageImported(image, "-", Histories.Content)));
            Ids.Map(id => (Id: id, Image: Images[id.Value[0] % 2])).Iter(c => Record(
                Guid.Empty, Streams.Container(c.Id.Value), new ContainerCreated(c.Id, "own" + c.Id.Short, "busybox", c.Image, Histories.Settings)));
        }

        public Seq<Recorded<DockEvent>> Log => log.ToArray().ToSeq();

        public int Commands => commands.Count;

        /// <summary>Commands that have changed something and are not undone, without the undoings.</summary>
        public Act[] InForce() =>
            commands.Where(c => c.Act is not Act.Undo && !LaterEvents.IsUndone(c.Command, UndoneBy)).Select(c => c.Act).ToArray();

        /// <summary>All views but for when something happened.</summary>
        public string Views()
        {
            var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var view in AllViews.Projections)
            {
                foreach (var key in log.SelectMany(e => view.Keys(e.Event)).Distinct())
                {
                    var row = log.Where(e => view.Keys(e.Event).Exists(k => k == key))
                        .Aggregate((object?)null, (sofar, e) => view.Apply(sofar, new Fact(e.Event, Time)));
                    if (row is not null)
                    {
                        rows[$"{view.Name} {key}"] = view.Write(row);
                    }
                }
            }

            return string.Join('\n', rows.Select(r => $"{r.Key} {r.Value}"));
        }

        /// <summary>False where it was refused, or changed nothing.</summary>
        /// <param name="asked">It is refused where other things stand in its way.</param>
        public bool Try(Act act, bool asked = true)
        {
            var command = new Guid(commands.Count + 1, 0, 0, new byte[8]);
            var events = act is Act.Undo undo ? Undo(undo.Back) : Decide(act, asked);
            if (events.Count == 0)
            {
                return false;
            }

            events.Iter(e => Record(command, e.Stream, e.Event));
            commands.Add((command, act));
            return true;
        }

        private List<(string Stream, DockEvent Event)> Decide(Act act, bool asked) => act switch
        {
            Act.Tag a => !asked || Here(Images[a.Image])
                ? Decided(TagDecider.Decider, Streams.Tag(References[a.Reference]), new TagImage(References[a.Reference], Images[a.Image]))
                : [],
            Act.Untag a => Named(References[a.Reference]) is { } image
                ? Decided(TagDecider.Decider, Streams.Tag(References[a.Reference]), new UntagImage(References[a.Reference], image))
                : [],
            Act.Rename a => !asked || Free("new" + a.Name.ToString(CultureInfo.InvariantCulture))
                ? Decided(
                    ContainerDecider.Decider, Streams.Container(Ids[a.Container].Value),
                    new RenameContainer(Ids[a.Container], "new" + a.Name.ToString(CultureInfo.InvariantCulture)))
                : [],
            Act.Remove a => Decided(
                ContainerDecider.Decider, Streams.Container(Ids[a.Container].Value), new RemoveContainer(Ids[a.Container])),
            Act.RemoveImage a => asked && (!Here(Images[a.Image]) || IsUsed(Images[a.Image]))
                ? []
                : References.Where(r => Named(r) == Images[a.Image])
                    .SelectMany(r => Decided(TagDecider.Decider, Streams.Tag(r), new UntagImage(r, Images[a.Image])))
                    .Concat(Decided(ImageDecider.Decider, Streams.Image(Images[a.Image]), new Domain.Images.RemoveImage(Images[a.Image])))
                    .ToList(),
            _ => throw new InvalidOperationException(),
        };

        private List<(string Stream, DockEvent Event)> Undo(int back)
        {
            if (back >= commands.Count || LaterEvents.IsUndone(commands[^(back + 1)].Command, UndoneBy))
            {
                return [];
            }

            var command = commands[^(back + 1)].Command;
            var plan = CodecSamples.Right(UndoPlan.Of(log.Where(e => e.Origin.Command == command).ToSeq().Strict()));
            var events = new List<(string, DockEvent)>();
            foreach (var step in plan.Steps.OrderBy(s => s is UndoStep.ImageBack ? 0 : 1))
            {
                var past = log.Where(e => e.Stream == step.Stream).ToSeq().Strict();
                if (step.IsDone(past.Map(e => e.Event).Strict()))
                {
                    continue;
                }

                var later = past.Filter(e => e.Position > step.After && step.IsTouchedBy(e.Event)).Strict();
                if (LaterEvents.InTheWay(later, UndoneBy).IsSome || !IsAble(plan, step))
                {
                    return [];
                }

                events.AddRange(Back(step));
            }

            return events.Count == 0 ? [] : [.. events, (Streams.Command(command), new CommandUndone(command.ToString("D"), 1))];
        }

        private bool IsAble(UndoPlan plan, UndoStep step) => step switch
        {
            UndoStep.TagBack { Before: { } image } =>
                Here(image) || plan.Steps.Exists(s => s is UndoStep.ImageBack b && b.Id == image),
            UndoStep.NameBack s => Free(s.Before),
            UndoStep.ContainerBack s => Removed(s.Id) is var row && Free(row.Name) && Here(row.ImageId),
            UndoStep.ImageAway s => !IsUsed(s.Id)
                && References.All(r => Named(r) != s.Id || plan.Steps.Exists(t => t is UndoStep.TagBack b && b.Reference == r)),
            _ => true,
        };

        private List<(string Stream, DockEvent Event)> Back(UndoStep step) => step switch
        {
            UndoStep.TagBack { Before: { } image } s => Decided(TagDecider.Decider, s.Stream, new TagImage(s.Reference, image)),
            UndoStep.TagBack s => Decided(TagDecider.Decider, s.Stream, new UntagImage(s.Reference, s.Left!)),
            UndoStep.NameBack s => Decided(ContainerDecider.Decider, s.Stream, new RenameContainer(s.Id, s.Before)),
            UndoStep.ContainerAway s => Decided(ContainerDecider.Decider, s.Stream, new RemoveContainer(s.Id)),
            UndoStep.ContainerBack s => Decided(ContainerDecider.Decider, s.Stream, new RestoreContainer(Fact(Removed(s.Id)))),
            UndoStep.ImageAway s => Decided(ImageDecider.Decider, s.Stream, new Domain.Images.RemoveImage(s.Id)),
            UndoStep.ImageBack s => Decided(
                ImageDecider.Decider, s.Stream, new RestoreImage(new ImageRestored(s.Id, "imported", Time, Histories.Content))),
            _ => throw new InvalidOperationException(),
        };

        private static ContainerRestored Fact(ContainerRow row) => new(
            row.Id, row.Name, row.Image, row.ImageId, row.Settings, row.Created, row.StartedAt, row.FinishedAt, row.ExitCode, row.OutOfMemory,
            row.Error);

        private List<(string Stream, DockEvent Event)> Decided<TCommand, TState, TEvent>(
            Decider<TCommand, TState, TEvent> decider, string stream, TCommand command) where TEvent : DockEvent =>
            decider.Decide(command, decider.Fold(log.Where(e => e.Stream == stream).Select(e => (TEvent)e.Event).ToSeq().Strict()))
                .IfLeft(Seq<TEvent>()).Select(e => (stream, (DockEvent)e)).ToList();

        private bool Here(string image) => Row<ImageRow>(ImagesView.Apply, Streams.Image(image), 0).IsSome;

        private string? Named(string reference) =>
            Row<TagRow>(TagsView.Apply, Streams.Tag(reference), 0).MatchUnsafe<string?>(Some: r => r.Image, None: () => null);

        private bool Free(string name) => !Present().Any(r => r.Name == name);

        private bool IsUsed(string image) => Present().Any(r => r.ImageId == image);

        private IEnumerable<ContainerRow> Present() =>
            Ids.SelectMany(id => Row<ContainerRow>(ContainersView.Apply, Streams.Container(id.Value), 0).AsEnumerable());

        private ContainerRow Removed(ContainerId id) =>
            Row<ContainerRow>(ContainersView.Apply, Streams.Container(id.Value), 1).IfNone(() => throw new InvalidOperationException());

        private Option<TRow> Row<TRow>(Func<Option<TRow>, Fact, Option<TRow>> apply, string stream, int without)
        {
            var past = log.Where(e => e.Stream == stream).ToArray();
            return past.Take(past.Length - without).Aggregate(Option<TRow>.None, (row, e) => apply(row, new Fact(e.Event, Time)));
        }

        private Seq<Guid> UndoneBy(Guid command) =>
            log.Where(e => e.Event is CommandUndone u && u.Command == command.ToString("D")).Select(e => e.Origin.Command).ToSeq().Strict();

        private void Record(Guid command, string stream, DockEvent happened) => log.Add(new Recorded<DockEvent>(
            log.Count + 1, stream, log.Count(e => e.Stream == stream) + 1, happened, Time, Time, Guid.Empty,
            new Origin(command, Seq1("eventdock"), new Actor(0, Actor.Unset, null, null, null, null), new Host("h", "b", 1), 1)));
    }
}
