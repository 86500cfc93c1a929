namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Roots;
using EventDock.Domain.Undo;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>eventdock undo</c>: things are again as they were before a command. Nothing is taken out of the ledger: an undo appends events that say the
/// contrary, all in one transaction, and one that names the command. An undo of an undo does again what was undone.
/// </summary>
public static class Undo
{
    /// <summary>What it would do; nothing is changed.</summary>
    public static EitherAsync<DomainError, PlannedUndo> Plan(
        Ports ports, Option<string> text, Func<Seq<string>, bool> isPersons, CancellationToken cancel) =>
        from events in UndoTarget.Find(ports, text, isPersons, cancel)
        from planned in UndoPlanning.Of(ports, events, cancel)
        select planned;

    public static EitherAsync<DomainError, PlannedUndo> Run(
        Ports ports, Option<string> text, Func<Seq<string>, bool> isPersons, CancellationToken cancel) =>
        from events in UndoTarget.Find(ports, text, isPersons, cancel)
        from first in UndoPlanning.Of(ports, events, cancel)
        from done in Held(
            ports, Containers(first.Steps),
            () => ports.Locks.Store.Take(first.Steps.Exists(s => s is UndoStep.ImageAway), cancel).Holding(() => ports.Again(
                () =>
                    from planned in UndoPlanning.Of(ports, events, cancel)
                    from images in planned.Images.InTurn(row => RestoreImage.Bring(ports, row, cancel))
                    from whole in Brought(
                        ports, planned, planned.Containers, Seq<BroughtContainer>(),
                        containers => Recorded(ports, planned, images, containers, cancel), cancel)
                    select whole,
                cancel)),
            cancel)
        select done;

    private static Seq<ContainerId> Containers(Seq<UndoStep> steps) =>
        steps.Choose(step => step switch
        {
            UndoStep.NameBack s => Some(s.Id),
            UndoStep.ContainerBack s => Some(s.Id),
            UndoStep.ContainerAway s => Some(s.Id),
            _ => None,
        }).DistinctBy(id => id.Value).OrderBy(id => id.Value, StringComparer.Ordinal).ToArray().ToSeq().Strict();

    /// <summary>In the order of their ids, so that two undos never wait for each other.</summary>
    private static EitherAsync<DomainError, T> Held<T>(
        Ports ports, Seq<ContainerId> ids, Func<EitherAsync<DomainError, T>> work, CancellationToken cancel) =>
        ids.HeadOrNone().Match(
            Some: id => Start.Locked(ports, id, cancel).Holding(() => Held(ports, ids.Skip(1).ToSeq().Strict(), work, cancel)),
            None: work);

    /// <summary>Containers come back one after the other; should the work fail, they go again.</summary>
    private static EitherAsync<DomainError, T> Brought<T>(
        Ports ports, PlannedUndo planned, Seq<ContainerRow> rows, Seq<BroughtContainer> sofar,
        Func<Seq<BroughtContainer>, EitherAsync<DomainError, T>> work, CancellationToken cancel) =>
        rows.HeadOrNone().Match(
            Some: row =>
                from brought in Restore.Bring(ports, row, None, planned.Images.Find(i => i.Id == row.ImageId), cancel)
                from done in Brought(ports, planned, rows.Skip(1).ToSeq().Strict(), sofar.Add(brought), work, cancel).OrUndo(brought.Back)
                select done,
            None: () => work(sofar));

    private static EitherAsync<DomainError, PlannedUndo> Recorded(
        Ports ports, PlannedUndo planned, Seq<BroughtImage> images, Seq<BroughtContainer> containers, CancellationToken cancel)
    {
        var now = ports.World.Clock();
        var stream = Streams.Command(planned.Command.Id);
        return
            from comeImages in images.InTurn(image => RestoreImage.Decided(ports, image, now, cancel))
            from comeContainers in containers.InTurn(container => Restore.Decided(ports, container, cancel))
            from moves in planned.Steps.InTurn(step => Move(ports, step, now, cancel))
            from goneImages in planned.Steps.Choose(s => s is UndoStep.ImageAway away ? Some(away.Id) : None).ToSeq().Strict()
                .InTurn(id => Removal(ports, planned, id, cancel))
            from past in ports.Store.Past(stream, cancel)
            let said = new CommandUndone(planned.Command.Id.ToString("D"), planned.Command.Last)
            let all = (comeImages.Strict() + comeContainers.Strict() + moves.Strict() + goneImages.Map(r => r.Append).Strict()).Strict()
                .Fold(Append.None, (sum, one) => sum.And(one))
                .And(new Append(Seq1(new StreamAppend(stream, past.Version, Seq1(Fact.At(now, said)))), Guards(planned)))
            from appended in ports.Store.Append(all, cancel)
            // What the ledger has given up goes from the disk, called off or not.
            from discarded in goneImages.InTurn(removal => Remove.Gone(ports, removal))
            from settled in planned.Steps.InTurn(step => Settled(ports, step))
            select planned with { LostValues = containers.Bind(c => c.Lost).Strict() };
    }

    /// <summary>Images that tags and containers come to stand on, and that are here.</summary>
    private static Seq<Guard> Guards(PlannedUndo planned) =>
        (planned.Steps.Choose(s => s is UndoStep.TagBack { Before: { } image } ? Some(image) : None).ToSeq().Strict()
            + planned.Containers.Map(c => c.ImageId).Strict())
        .Filter(image => !planned.IsBack(image)).Distinct().Select(image => (Guard)new Guard.ImagePresent(image)).ToArray().ToSeq().Strict();

    private static EitherAsync<DomainError, Append> Move(Ports ports, UndoStep step, DateTimeOffset now, CancellationToken cancel) =>
        step switch
        {
            UndoStep.TagBack { Before: { } image } s => ports.Store.Decide(
                TagDecider.Decider, s.Stream, new TagImage(s.Reference, image), now, cancel).Map(d => d.Append),
            UndoStep.TagBack { Left: { } image } s => ports.Store.Decide(
                TagDecider.Decider, s.Stream, new UntagImage(s.Reference, image), now, cancel).Map(d => d.Append),
            UndoStep.NameBack s => ports.Store.Decide(
                ContainerDecider.Decider, s.Stream, new RenameContainer(s.Id, s.Before), now, cancel).Map(d => d.Append),
            UndoStep.ContainerAway s =>
                from noted in ports.Claims.Note(Seq1(new Claim(ClaimKind.Container, s.Id.Value)), cancel)
                from container in ports.Store.Decide(ContainerDecider.Decider, s.Stream, new RemoveContainer(s.Id), now, cancel)
                from layer in ports.Store.Decide(
                    LayerDecider.Decider, Streams.Layer(s.Id.Value), new RemoveLayer(s.Id.Value), now, cancel)
                select container.Append.And(layer.Append),
            _ => Give(Append.None),
        };

    private static EitherAsync<DomainError, Remove.Removal> Removal(Ports ports, PlannedUndo planned, string id, CancellationToken cancel) =>
        from found in ports.Views.Images.Keyed(Seq1(id), None, cancel)
        from image in found.HeadOrNone().OrFail(() => new DomainError.NoSuchImage(id))
        from removal in Remove.Unused(
            ports, image, planned.Steps.Choose(s => s is UndoStep.TagBack tag ? Some(tag.Reference) : None).ToSeq().Strict(), cancel)
        select removal;

    private static EitherAsync<DomainError, Unit> Settled(Ports ports, UndoStep step) =>
        step switch
        {
            UndoStep.NameBack s => ports.Runtime.Control.Named(s.Id, s.Before, CancellationToken.None),
            UndoStep.ContainerAway s => Remove.Discard(ports, s.Id),
            _ => Done,
        };
}
