namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using static EventDock.Engine.Pipeline;

/// <summary>
/// A container whose monitor was killed: nobody reads its output any more, and nobody would see how it ends. It is ended, as docker ends
/// one whose shim is gone.
/// </summary>
internal static class Unwatched
{
    /// <summary>128 and SIGKILL.</summary>
    public const int KilledCode = 137;

    private const string KillSignal = "KILL", Cause = "conmon";

    /// <summary>Called under the container's lock. False: there was nothing to do.</summary>
    public static EitherAsync<DomainError, bool> Kill(Ports ports, ContainerId id, ProcessIdentity process, CancellationToken cancel) =>
        ports.Runtime.Control.Look(id, process) != ProcessStanding.Unwatched
            ? Give(false)
            : from recorded in ContainerStream.Record(ports, new SignalContainer(id, KillSignal, Cause), cancel)
              // It may have ended by itself meanwhile.
              from sent in ports.Runtime.Signal(id, KillSignal, cancel).Recover(error => error is DomainError.WrongState ? Some(Done) : None)
              from going in Pausing.LetGo(ports, id, cancel)
              select true;

    /// <summary>EventDock has sent KILL to this very process, and the host has not been booted since.</summary>
    public static bool Killed(Ports ports, Seq<Recorded<DockEvent>> past, ProcessIdentity process) =>
        process.BootId == ports.World.BootId
        && past.Rev().TakeWhile(e => e.Event is not ContainerStarted).Any(e => e.Event is ContainerSignalled { Signal: KillSignal });
}
