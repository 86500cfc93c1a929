namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary><c>eventdock attach</c>: that somebody is there stands in the ledger before he sees or types anything.</summary>
public static class Attaching
{
    public static EitherAsync<DomainError, Unit> Record(Ports ports, ContainerId id, bool stdin, CancellationToken cancel) =>
        ContainerStream.Record(ports, new RecordTouched(new ContainerAttached(id, stdin)), cancel);
}
