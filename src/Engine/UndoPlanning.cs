namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using EventDock.Domain.Undo;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>A command as it is told of.</summary>
public sealed record UndoneCommand(Guid Id, Seq<string> Line, long First, long Last);

/// <summary>How a command is undone as things stand now.</summary>
/// <param name="Images">Rows of the images that come back, by their steps.</param>
/// <param name="Containers">Likewise.</param>
/// <param name="Lost">Of a prune: what is not kept any more.</param>
/// <param name="Stays">What the command has done besides.</param>
public sealed record PlannedUndo(
    UndoneCommand Command, Seq<UndoStep> Steps, Seq<ImageRow> Images, Seq<ContainerRow> Containers, Seq<DomainError> Lost,
    Seq<Recorded<DockEvent>> Stays)
{
    /// <summary>Variables of -e of containers that have come back whose values are gone for good.</summary>
    public Seq<string> LostValues { get; init; } = Seq<string>();

    internal bool IsBack(string image) => Images.Exists(i => i.Id == image);

    internal PlannedUndo With(UndoStep step) => this with { Steps = Steps.Add(step) };
}

/// <summary>Whether each step of an undo can be done now, and what stands in its way where not. Nothing is changed.</summary>
internal static class UndoPlanning
{
    public static EitherAsync<DomainError, PlannedUndo> Of(Ports ports, Seq<Recorded<DockEvent>> events, CancellationToken cancel) =>
        from plan in UndoPlan.Of(events).ToAsync()
        let command = new UndoneCommand(events.Head.Origin.Command, events.Head.Origin.Line, events.Head.Position, events[^1].Position)
        from undoer in UndoTarget.UndoneBy(ports, Seq1(command.Id), cancel)
        from once in LaterEvents.IsUndone(command.Id, undoer)
            ? from past in ports.Store.Read(Streams.Command(command.Id), cancel)
              let standing = past.Filter(e => e.Event is CommandUndone && !LaterEvents.IsUndone(e.Origin.Command, undoer)).Strict()
              from refused in Fail<Unit>(new DomainError.AlreadyUndone(command.Id, standing[^1].Position))
              select refused
            : Done
        let none = new PlannedUndo(command, Seq<UndoStep>(), Seq<ImageRow>(), Seq<ContainerRow>(), Seq<DomainError>(), plan.Stays)
        // Images before what stands on them and names them.
        from planned in plan.Steps.OrderBy(s => s is UndoStep.ImageBack ? 0 : 1).ToArray().ToSeq().Strict()
            .Through(none, (sofar, step) => One(ports, plan, sofar, step, cancel))
        from some in planned.Steps.IsEmpty
            ? Fail<Unit>(planned.Lost.HeadOrNone().IfNone(() => new DomainError.AsBefore(command.Line)))
            : Done
        select planned;

    private static EitherAsync<DomainError, PlannedUndo> One(
        Ports ports, UndoPlan plan, PlannedUndo sofar, UndoStep step, CancellationToken cancel) =>
        from past in ports.Store.Read(step.Stream, cancel)
        from next in step.IsDone(past.Map(e => e.Event).Strict())
            ? Give(sofar)
            : from way in InTheWay(ports, step, past, cancel)
              from able in Able(ports, plan, sofar, step, past, cancel)
              select able
        select next;

    private static EitherAsync<DomainError, Unit> InTheWay(
        Ports ports, UndoStep step, Seq<Recorded<DockEvent>> past, CancellationToken cancel)
    {
        var later = past.Filter(e => e.Position > step.After && step.IsTouchedBy(e.Event)).Strict();
        return
            from undoer in UndoTarget.UndoneBy(ports, later.Map(e => e.Origin.Command).Distinct().ToArray().ToSeq().Strict(), cancel)
            from free in LaterEvents.InTheWay(later, undoer).Match(
                Some: e => Fail<Unit>(Overtaken(step, past, e)),
                None: () => Done)
            select free;
    }

    private static DomainError Overtaken(UndoStep step, Seq<Recorded<DockEvent>> past, Recorded<DockEvent> by) => step switch
    {
        UndoStep.TagBack s => new DomainError.Overtaken("tag", ImageReference.Shown(s.Reference), by.Position, by.Origin.Line),
        UndoStep.ImageBack s => new DomainError.Overtaken("image", s.Id[..12], by.Position, by.Origin.Line),
        UndoStep.ImageAway s => new DomainError.Overtaken("image", s.Id[..12], by.Position, by.Origin.Line),
        _ => new DomainError.Overtaken(
            "container", ContainerStream.State(past).Name, by.Position, by.Origin.Line),
    };

    private static EitherAsync<DomainError, PlannedUndo> Able(
        Ports ports, UndoPlan plan, PlannedUndo sofar, UndoStep step, Seq<Recorded<DockEvent>> past, CancellationToken cancel) =>
        step switch
        {
            UndoStep.TagBack s => Tag(ports, plan, sofar, s, cancel),
            UndoStep.NameBack s => Free(ports, s.Before, s.Id, cancel).Map(_ => sofar.With(s)),
            UndoStep.ImageBack s => RestoreImage.Kept(ports, s.Id[..12], s.Id, cancel)
                .Map(row => sofar.With(s) with { Images = sofar.Images.Add(row) })
                .Recover(error => plan.Pruned && error is DomainError.ImageGone ? Some(Give(sofar with { Lost = sofar.Lost.Add(error) })) : None),
            UndoStep.ContainerBack s => Container(ports, sofar, s, cancel)
                .Recover(error => plan.Pruned && error is DomainError.NotKept or DomainError.ContentLeftOut
                    ? Some(Give(sofar with { Lost = sofar.Lost.Add(error) }))
                    : None),
            UndoStep.ContainerAway s => ContainerStream.State(past) is ContainerState.Created or ContainerState.Exited
                ? Give(sofar.With(s))
                : Fail<PlannedUndo>(new DomainError.WrongState(s.Id.Value, ContainerStream.State(past).Word, "remove")),
            UndoStep.ImageAway s => Unused(ports, plan, sofar, s, cancel),
            _ => throw new System.Diagnostics.UnreachableException($"no rule for {step.GetType().Name}"),
        };

    private static EitherAsync<DomainError, PlannedUndo> Tag(
        Ports ports, UndoPlan plan, PlannedUndo sofar, UndoStep.TagBack step, CancellationToken cancel) =>
        step.Before is not { } image || sofar.IsBack(image)
            ? Give(sofar.With(step))
            : from here in ports.Views.Images.Keyed(Seq1(image), None, cancel)
              from able in !here.IsEmpty ? Give(sofar.With(step))
                  // Of a pruned image that is not kept the names are not to be had either.
                  : plan.Steps.Exists(s => s is UndoStep.ImageBack back && back.Id == image) ? Give(sofar)
                  : Reflog.Gone<PlannedUndo>(ports, ImageReference.Shown(step.Reference), image, cancel)
              select able;

    private static EitherAsync<DomainError, PlannedUndo> Container(
        Ports ports, PlannedUndo sofar, UndoStep.ContainerBack step, CancellationToken cancel) =>
        from row in Restore.Kept(ports, step.Id, cancel)
        from free in Free(ports, row.Name, row.Id, cancel)
        from image in sofar.IsBack(row.ImageId) ? Done : FindRecord.Image(ports, row, cancel).Ignore()
        select sofar.With(step) with { Containers = sofar.Containers.Add(row) };

    private static EitherAsync<DomainError, Unit> Free(Ports ports, string name, ContainerId id, CancellationToken cancel) =>
        from other in ports.Views.ContainerNamed(name, cancel)
        from free in other.Filter(o => o.Id.Value != id.Value).Match(
            Some: o => Fail<Unit>(new DomainError.NameTaken(name, o.Id.Value)), None: () => Done)
        select free;

    /// <summary>No container is of it, and it has no name but those that it loses in the same undo.</summary>
    private static EitherAsync<DomainError, PlannedUndo> Unused(
        Ports ports, UndoPlan plan, PlannedUndo sofar, UndoStep.ImageAway step, CancellationToken cancel) =>
        from users in ports.Views.ContainersOf(step.Id, cancel)
        from unused in users.HeadOrNone().Match(
            Some: user => Fail<Unit>(new DomainError.ImageInUse(
                step.Id[..12], user.Id.Value, user.Name, users.Exists(u => u.State == ContainerRow.Running))),
            None: () => Done)
        from tags in ports.Views.TagsOf(step.Id, cancel)
        from untagged in tags.Find(t => !plan.Steps.Exists(s => s is UndoStep.TagBack back && back.Reference == t.Reference)).Match(
            Some: tag => from past in ports.Store.Read(Streams.Tag(tag.Reference), cancel)
                         from refused in Fail<Unit>(new DomainError.Overtaken(
                             "tag", ImageReference.Shown(tag.Reference), past[^1].Position, past[^1].Origin.Line))
                         select refused,
            None: () => Done)
        select sofar.With(step);
}
