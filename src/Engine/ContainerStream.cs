namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using static EventDock.Engine.Pipeline;

/// <summary>A container's stream: how it stands by that, and what is added to it alone.</summary>
internal static class ContainerStream
{
    public static EitherAsync<DomainError, ContainerState> State(Ports ports, ContainerId id, CancellationToken cancel) =>
        ports.Store.Read(Streams.Container(id.Value), cancel).Map(State);

    public static ContainerState State(Seq<Recorded<DockEvent>> past) =>
        ContainerDecider.Decider.Fold(past.Map(e => (ContainerEvent)e.Event));

    /// <summary>Decided and appended, and decided again where another was first; how it stands then.</summary>
    public static EitherAsync<DomainError, Decision<ContainerState>> Add(
        Ports ports, ContainerCommand command, CancellationToken cancel) =>
        KnownStream.Add(
            ports, ContainerDecider.Decider, Streams.Container(command.Id.Value), command, ports.World.Clock(), cancel);

    /// <summary>The same, where nobody asks how it stands.</summary>
    public static EitherAsync<DomainError, Unit> Record(Ports ports, ContainerCommand command, CancellationToken cancel) =>
        Add(ports, command, cancel).Ignore();
}
