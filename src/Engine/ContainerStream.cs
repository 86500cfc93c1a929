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
        ports.Again(
            () =>
                from decided in ports.Store.Decide(
                    ContainerDecider.Decider, Streams.Container(command.Id.Value), command, ports.World.Clock(), cancel)
                from appended in decided.Facts.IsEmpty ? Done : ports.Store.Append(decided.Append, cancel).Ignore()
                select decided.Appended,
            cancel);

    /// <summary>The same, where nobody asks how it stands.</summary>
    public static EitherAsync<DomainError, Unit> Record(Ports ports, ContainerCommand command, CancellationToken cancel) =>
        Add(ports, command, cancel).Ignore();

    /// <summary>The same for who has just been at the stream: it is asked for only where another has been at it since.</summary>
    public static EitherAsync<DomainError, Unit> Record(
        Ports ports, Decision<ContainerState> known, ContainerCommand command, CancellationToken cancel) =>
        (from decided in known.Then(ContainerDecider.Decider, command, ports.World.Clock()).ToAsync()
         from appended in decided.Facts.IsEmpty ? Done : ports.Store.Append(decided.Append, cancel).Ignore()
         select unit)
        .Recover(error => error is DomainError.Conflict ? Some(Record(ports, command, cancel)) : None);
}
