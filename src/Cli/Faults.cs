namespace EventDock.Cli;

using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary>Points between the steps of operations, where tests have this program killed (<see cref="FaultPoints"/>): after a port has done its part.</summary>
internal static class Faults
{
    public static Unit At(FaultPoint point)
    {
        FaultPoints.At(point);
        return unit;
    }

    /// <summary>The very same ports where no test has armed a point.</summary>
    public static Ports Around(Ports ports) => !FaultPoints.IsArmed ? ports : ports with
    {
        Ledger = ports.Ledger with
        {
            Store = ports.Store with
            {
                Append = (append, cancel) =>
                    from begun in Done(FaultPoint.Appending)
                    from appended in ports.Store.Append(append, cancel)
                    let reached = At(FaultPoint.PositionKept)
                    select appended,
            },
        },
        Registry = ports.Registry with
        {
            Resolve = (reference, platform, cancel) => ports.Registry.Resolve(reference, platform, cancel).After(FaultPoint.ImageResolved),
        },
        Archives = ports.Archives with
        {
            Stage = (source, what, cancel) => ports.Archives.Stage(source, what, cancel).After(FaultPoint.ArchiveStaged),
        },
        Workspaces = ports.Workspaces with
        {
            CopyIn = (workspace, plan, cancel) => ports.Workspaces.CopyIn(workspace, plan, cancel).After(FaultPoint.FilesCopied),
        },
        Secrets = ports.Secrets with
        {
            Write = (id, values, cancel) => ports.Secrets.Write(id, values, cancel).After(FaultPoint.SecretsKept),
        },
        Runtime = ports.Runtime with
        {
            Create = (spec, cancel) => ports.Runtime.Create(spec, cancel).After(FaultPoint.ProcessMade),
            Start = (id, cancel) => ports.Runtime.Start(id, cancel).After(FaultPoint.ProcessStarted),
            AwaitExit = (id, patience, cancel) => ports.Runtime.AwaitExit(id, patience, cancel).After(FaultPoint.ExitSeen),
            CleanUp = (id, cancel) => ports.Runtime.CleanUp(id, cancel).After(FaultPoint.CleanedUp),
            Signal = (id, signal, cancel) => ports.Runtime.Signal(id, signal, cancel).After(FaultPoint.Signalled),
            Exec = (spec, cancel) => ports.Runtime.Exec(spec, cancel).Map(prepared => prepared with
            {
                Go = stop => prepared.Go(stop).After(FaultPoint.ExecStarted)
                    .Map(exec => exec with { Wait = end => exec.Wait(end).After(FaultPoint.ExecEnded) }),
            }),
            ExecExits = (id, cancel) => ports.Runtime.ExecExits(id, cancel).After(FaultPoint.ExecNotesFound),
            ExecCleanUp = (id, exec, cancel) => ports.Runtime.ExecCleanUp(id, exec, cancel).After(FaultPoint.ExecCleared),
            Control = Around(ports.Runtime.Control),
            Step = (spec, cancel) => ports.Runtime.Step(spec, cancel).After(FaultPoint.StepRun),
        },
        Thin = ports.Thin with
        {
            NoteFrozen = (id, frozen, cancel) => ports.Thin.NoteFrozen(id, frozen, cancel).After(FaultPoint.FreezeNoted),
        },
        Files = ports.Files with
        {
            Copy = (from, to, name, owners, cancel) => ports.Files.Copy(from, to, name, owners, cancel).After(FaultPoint.FilesPut),
            Unpack = (archive, to, owners, cancel) => ports.Files.Unpack(archive, to, owners, cancel).After(FaultPoint.FilesPut),
        },
    };

    private static ProcessControl Around(ProcessControl control) => control with
    {
        Freeze = (id, frozen, cancel) => control.Freeze(id, frozen, cancel).After(frozen ? FaultPoint.Frozen : FaultPoint.Thawed),
        Named = (id, name, cancel) => control.Named(id, name, cancel).After(FaultPoint.NameNoted),
    };

    private static EitherAsync<DomainError, T> After<T>(this EitherAsync<DomainError, T> work, FaultPoint point) =>
        work.Map(value =>
        {
            FaultPoints.At(point);
            return value;
        });

    private static EitherAsync<DomainError, Unit> Done(FaultPoint point) => Pipeline.Done.After(point);
}
