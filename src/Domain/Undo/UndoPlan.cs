namespace EventDock.Domain.Undo;

using EventDock.Domain.Builds;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;
using EventDock.Domain.Store;

/// <summary>What it would take to have things as they were before a command: by what the command's own events say, and nothing else.</summary>
/// <param name="Stays">What it has done besides, and what no undo takes back: bytes that have come, processes that have ended.</param>
/// <param name="Pruned">It was a prune: what of it is kept comes back, and the rest does not keep that from it.</param>
public sealed record UndoPlan(Seq<UndoStep> Steps, Seq<Recorded<DockEvent>> Stays, bool Pruned)
{
    private enum Fate
    {
        Undone,
        Silent,
        Stays,
        Never,
    }

    /// <param name="events">All of one command, the oldest first.</param>
    /// <returns>Errors: CannotUndo, with the event that cannot be; NothingToUndo.</returns>
    public static Either<DomainError, UndoPlan> Of(Seq<Recorded<DockEvent>> events)
    {
        var steps = events.Fold(Seq<UndoStep>(), (sofar, e) => With(sofar, e.Event, e.Position)).Filter(IsChange).Strict();
        var layers = steps.Exists(s => s is UndoStep.ImageBack or UndoStep.ContainerBack);
        var stays = events.Filter(e => FateOf(e.Event) == Fate.Stays || (e.Event is LayerRemoved && !layers)).Strict();
        var never = events.Find(e => FateOf(e.Event) == Fate.Never) | (steps.IsEmpty ? stays.HeadOrNone() : None);
        return never.Match<Either<DomainError, UndoPlan>>(
            Some: e => new DomainError.CannotUndo(EventCodec.NameOf(e.Event), e.Position, e.Origin.Line),
            None: () => steps.IsEmpty
                ? new DomainError.NothingToUndo(events.HeadOrNone().Map(e => e.Origin.Line).IfNone(Seq<string>()))
                : new UndoPlan(steps, stays, events.Exists(e => e.Event is StorePruned)));
    }

    /// <summary>Nothing but what was seen to happen: nobody has done that by this command.</summary>
    public static bool IsObserved(Seq<Recorded<DockEvent>> events) =>
        events.ForAll(e => FateOf(e.Event) == Fate.Silent || e.Event is ContainerStarted or ContainerExited or LayerWritten or LayerQuotaReached
            or ExecStarted or ExecExited);

    private static Seq<UndoStep> With(Seq<UndoStep> sofar, DockEvent happened, long position) =>
        happened switch
        {
            ImageTagged e => Tag(sofar, e.Reference, e.Previous, e.Image, position),
            ImageUntagged e => Tag(sofar, e.Reference, e.Image, null, position),
            ContainerRenamed e => Renamed(sofar, e, position),
            ContainerRemoved e => sofar.Add(new UndoStep.ContainerBack(e.Id) { After = position }),
            ContainerRestored e => sofar.Add(new UndoStep.ContainerAway(e.Id) { After = position }),
            ImageRemoved e => sofar.Add(new UndoStep.ImageBack(e.Id) { After = position }),
            ImageRestored e => sofar.Add(new UndoStep.ImageAway(e.Id) { After = position }),
            _ => sofar,
        };

    /// <summary>Several moves of one tag are one: from what it named before the first to what it names after the last.</summary>
    private static Seq<UndoStep> Tag(Seq<UndoStep> sofar, string reference, string? before, string? left, long position)
    {
        var first = sofar.Find(s => s is UndoStep.TagBack t && t.Reference == reference);
        return sofar.Filter(s => s is not UndoStep.TagBack t || t.Reference != reference).Strict().Add(
            new UndoStep.TagBack(reference, left, first.MatchUnsafe(Some: s => ((UndoStep.TagBack)s).Before, None: () => before)) { After = position });
    }

    private static Seq<UndoStep> Renamed(Seq<UndoStep> sofar, ContainerRenamed e, long position)
    {
        var first = sofar.Find(s => s is UndoStep.NameBack n && n.Id.Value == e.Id.Value);
        return sofar.Filter(s => s is not UndoStep.NameBack n || n.Id.Value != e.Id.Value).Strict().Add(
            new UndoStep.NameBack(e.Id, e.Name, first.Map(s => ((UndoStep.NameBack)s).Before).IfNone(e.Previous)) { After = position });
    }

    private static bool IsChange(UndoStep step) => step switch
    {
        UndoStep.TagBack s => s.Left != s.Before,
        UndoStep.NameBack s => s.Left != s.Before,
        _ => true,
    };

    private static Fate FateOf(DockEvent happened) => happened switch
    {
        TagEvent or ContainerRenamed or ContainerRemoved or ContainerRestored or ImageRemoved or ImageRestored => Fate.Undone,
        CommandRefused or CommandUndone or StorePruned or ForeignEventFound or RootInitialized or BuildStepCompleted
            or LayerCreated or LayerRestored or LayerRemoved => Fate.Silent,
        ImagePulled or ImageBuilt or ImageImported or ImageCommitted or ImageLoaded or ImagePushed or ContainerStarted or ContainerExited
            or ContainerSignalled or LayerWritten or LayerQuotaReached or LayerContentRemoved or ExecStarted or ExecExited => Fate.Stays,
        _ => Fate.Never,
    };
}
