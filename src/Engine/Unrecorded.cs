namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using static EventDock.Engine.Pipeline;

/// <summary>What <c>stop</c>, <c>kill</c> and <c>rm -f</c> have to work with where there is no ledger.</summary>
public sealed record UnrecordedPorts(
    Runtime Runtime, Func<CancellationToken, EitherAsync<DomainError, Seq<ContainerOnDisk>>> Containers, Journal Journal,
    Ballast Ballast, Origin Origin, World World);

/// <summary>
/// Commands that must work when nothing else does. They know of a container what the disk knows, write down in the journal what they are
/// about to do, and do that; the next command that reaches the ledger records it (<see cref="Replay"/>).
/// </summary>
public static class Unrecorded
{
    private const string KillSignal = "KILL";
    private static readonly TimeSpan EndOfKill = TimeSpan.FromSeconds(5);

    /// <summary>The ledger is out of reach, or takes nothing; not one that refuses what it was asked.</summary>
    public static bool IsLost(DomainError error) =>
        error is DomainError.LedgerUnreachable or DomainError.ClusterFailed or DomainError.DiskFull or DomainError.OlderCluster
            or DomainError.NotPassable or DomainError.SocketHeld or DomainError.ProgramMissing;

    /// <summary>As with a ledger: the whole id, a name, any unambiguous beginning of an id.</summary>
    /// <param name="lost">Why there is none.</param>
    public static EitherAsync<DomainError, ContainerOnDisk> Find(
        UnrecordedPorts ports, string reference, DomainError lost, CancellationToken cancel) =>
        from all in ports.Containers(cancel)
        let name = reference.TrimStart('/')
        let named = all.Filter(c => c.Id.Value == reference).Strict()
        let meant = named.IsEmpty ? all.Filter(c => c.Name == name).Strict() : named
        let found = meant.IsEmpty && Digest.IsHex(reference) && reference.Length > 0
            ? all.Filter(c => c.Id.Value.StartsWith(reference, StringComparison.Ordinal)).Strict()
            : meant
        from one in found.Count switch
        {
            0 => Fail<ContainerOnDisk>(new DomainError.NotOnDisk(reference, lost)),
            1 => Give(found.Head),
            _ => Fail<ContainerOnDisk>(new DomainError.Ambiguous("container", reference, found.Map(c => c.Id.Short).Strict())),
        }
        select one;

    /// <returns>Whether there was anything to do, and to note.</returns>
    public static EitherAsync<DomainError, bool> Stop(
        UnrecordedPorts ports, ContainerOnDisk container, Stopping stopping, CancellationToken cancel) =>
        OnLiving(ports, container.Id, cancel, process =>
            from asked in Signalled(ports, container, process, stopping.Asked ?? container.StopSignal ?? "TERM", "stop", cancel)
            from ended in ports.Runtime.AwaitExit(container.Id, stopping.For(container.StopTimeout), cancel)
            from killed in ended.IsSome ? Done : Signalled(ports, container, process, KillSignal, "stop", cancel)
            from noted in Ended(ports, container.Id, process)
            select true);

    public static EitherAsync<DomainError, bool> Send(
        UnrecordedPorts ports, ContainerOnDisk container, string signal, CancellationToken cancel) =>
        from sent in OnLiving(ports, container.Id, cancel, process =>
            from signalled in Signalled(ports, container, process, signal, "kill", cancel)
            from ended in signal == KillSignal ? Ended(ports, container.Id, process) : Done
            select true)
        from done in sent ? Give(true) : Fail<bool>(new DomainError.WrongState(container.Id.Value, "exited", "kill"))
        select done;

    /// <summary>Ends its process and notes that it is to be removed. Its thin layer goes when the ledger says so.</summary>
    public static EitherAsync<DomainError, bool> Remove(UnrecordedPorts ports, ContainerOnDisk container, CancellationToken cancel) =>
        from ended in OnLiving(ports, container.Id, cancel, process =>
            from killed in Signalled(ports, container, process, KillSignal, "rm", cancel)
            from noted in Ended(ports, container.Id, process)
            select true)
        from ran in ports.Runtime.Running(container.Id, cancel)
        from removed in Noted(ports, null, new ContainerRemoved(container.Id), ports.World.Clock(), cancel)
            .Recover(error => Some(Fail<Unit>(ran.IsSome ? new DomainError.DoneNotNoted(container.Id.Value, error) : error)))
        select true;

    private static EitherAsync<DomainError, bool> OnLiving(
        UnrecordedPorts ports, ContainerId id, CancellationToken cancel, Func<ProcessIdentity, EitherAsync<DomainError, bool>> work) =>
        from found in ports.Runtime.Running(id, cancel)
        from done in found.Filter(ports.Runtime.Alive).Match(Some: work, None: () => Give(false))
        select done;

    /// <summary>The note first. That the process has ended by itself meanwhile is as well.</summary>
    private static EitherAsync<DomainError, Unit> Signalled(
        UnrecordedPorts ports, ContainerOnDisk container, ProcessIdentity process, string signal, string cause, CancellationToken cancel) =>
        from noted in Noted(ports, process, new ContainerSignalled(container.Id, signal, cause), ports.World.Clock(), cancel)
        from sent in ports.Runtime.Signal(container.Id, signal, cancel).Recover(error =>
            error is DomainError.WrongState && cause != "kill" ? Some(Done) : None)
        from going in Woken(ports, container, signal, cancel)
        select unit;

    /// <summary>A frozen process takes a signal only when it goes on; the next command records that it does, if it has not ended.</summary>
    private static EitherAsync<DomainError, Unit> Woken(
        UnrecordedPorts ports, ContainerOnDisk container, string signal, CancellationToken cancel) =>
        ports.Runtime.Control.Frozen(container.Id) && Engine.Signal.Ends(container.StopSignal, signal)
            ? ports.Runtime.Control.Freeze(container.Id, false, cancel)
            : Done;

    /// <summary>Not called off: it has been ended, and the exit file is gone after a boot.</summary>
    private static EitherAsync<DomainError, Unit> Ended(UnrecordedPorts ports, ContainerId id, ProcessIdentity process) =>
        from fact in ports.Runtime.AwaitExit(id, EndOfKill, CancellationToken.None)
        from over in fact.IsNone && ports.Runtime.Alive(process)
            ? Fail<Unit>(new DomainError.RuntimeFailed("kill", $"process {process.Pid} does not end"))
            : Done
        from noted in Noted(
                ports, process,
                new ContainerExited(
                    id, fact.Map(f => f.ExitCode).MatchUnsafe(Some: c => (int?)c, None: () => null),
                    fact.Map(f => f.OutOfMemory).IfNone(false)),
                fact.Map(f => f.At).IfNone(ports.World.Clock()), CancellationToken.None)
            .Recover(error => Some(Fail<Unit>(new DomainError.DoneNotNoted(id.Value, error))))
        select unit;

    private static EitherAsync<DomainError, Unit> Noted(
        UnrecordedPorts ports, ProcessIdentity? process, ContainerEvent happened, DateTimeOffset at, CancellationToken cancel)
    {
        var entry = new JournalEntry(Guid.CreateVersion7(), ports.Origin, Fact.Micros(at), process, happened);
        return ports.Ballast.WithRoom(() => ports.Journal.Add(entry, cancel));
    }
}
