namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>Removal of what a plan has found unused: it goes if it still is, and as the plan has it.</summary>
public static partial class Remove
{
    /// <summary>The image with exactly these names; nothing where it has others by now, or a container is made of it.</summary>
    public static EitherAsync<DomainError, Seq<RemovedImage>> Exactly(Ports ports, PrunedImage planned, CancellationToken cancel) =>
        ports.Locks.Store.Take(true, cancel).Holding(() => ports.Again(
            () =>
                from found in ports.Views.Images.Keyed(Seq1(planned.Id), None, cancel)
                from tags in ports.Views.TagsOf(planned.Id, cancel)
                from users in ports.Views.ContainersOf(planned.Id, cancel)
                let same = tags.Select(t => t.Reference).Order(StringComparer.Ordinal).SequenceEqual(planned.References)
                from removed in found.HeadOrNone().Filter(_ => same && users.IsEmpty).Match(
                    Some: image => DeleteUnused(ports, image, tags, cancel),
                    None: () => Give(Seq<RemovedImage>()))
                select removed,
            cancel));

    /// <summary>Layers that nothing stands on, those that still are such; their ids.</summary>
    public static EitherAsync<DomainError, Seq<string>> Unheld(Ports ports, Seq<string> ids, CancellationToken cancel) =>
        ids.IsEmpty
            ? Give(Seq<string>())
            : ports.Locks.Store.Take(true, cancel).Holding(() => ports.Again(
                () =>
                    from found in ports.Views.Layers.Keyed(ids, None, cancel)
                    let here = found.Filter(l => l.Container is null).Map(l => l.Id).Strict()
                    let now = ports.World.Clock()
                    from gone in here.InTurn(id => ports.Store.Decide(
                        LayerDecider.Decider, Streams.Layer(id), new RemoveLayer(id), now, cancel))
                    let whole = gone.Fold(Append.None, (all, one) => all.And(one.Append)).Holding(new Guard.LayersUnused(here, ""))
                    from noted in ports.Claims.Note(here.Map(id => new Claim(ClaimKind.Layer, id)), cancel)
                    from appended in whole.IsEmpty ? Done : ports.Store.Append(whole, cancel).Ignore()
                    // What the ledger has given up goes from the disk, called off or not.
                    from discarded in here.InTurn(id => ports.Layers.Discard(id, CancellationToken.None))
                    select here,
                cancel));
}
