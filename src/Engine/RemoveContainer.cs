namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>eventdock rm</c>: the container and its thin layer, and nothing else. A running one is ended first where -f is given,
/// and the exit that was seen is recorded before the removal is.
/// </summary>
public static partial class Remove
{
    public static EitherAsync<DomainError, Unit> Container(Ports ports, ContainerRow row, bool force, CancellationToken cancel) =>
        Ended(ports, row.Id, cancel).Recover(error => force && error is DomainError.WrongState
            ? Some(
                from killed in Signal.Kill(ports, row.Id, "rm", cancel)
                from removed in killed.Removed ? Done : Ended(ports, row.Id, cancel)
                select removed)
            : None);

    /// <summary>Removes a container that does not run. Done already: nothing happens.</summary>
    public static EitherAsync<DomainError, Unit> Ended(Ports ports, ContainerId id, CancellationToken cancel) =>
        Start.Locked(ports, id, cancel).Holding(() =>
            from noted in ports.Claims.Note(Seq1(new Claim(ClaimKind.Container, id.Value)), cancel)
            from _ in ports.Again(
                () =>
                    from past in ports.Store.Pasts(Streams.Container(id.Value), Streams.Layer(id.Value), cancel)
                    let now = ports.World.Clock()
                    from container in past.First.Decide(
                        ContainerDecider.Decider, Streams.Container(id.Value), new RemoveContainer(id), now).ToAsync()
                    from layer in past.Second.Decide(
                        LayerDecider.Decider, Streams.Layer(id.Value), new RemoveLayer(id.Value), now).ToAsync()
                    let whole = container.Append.And(layer.Append)
                    from appended in whole.IsEmpty ? Done : ports.Store.Append(whole, cancel).Ignore()
                    select unit,
                cancel)
            from discarded in Discard(ports, id)
            select unit);

    /// <summary>What the ledger has given up goes from the disk, called off or not.</summary>
    internal static EitherAsync<DomainError, Unit> Discard(Ports ports, ContainerId id) =>
        from cleaned in ports.Runtime.CleanUp(id, CancellationToken.None)
        from discarded in ports.Thin.Discard(id.Value, CancellationToken.None)
        select unit;
}
