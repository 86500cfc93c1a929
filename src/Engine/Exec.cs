namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <param name="Env">NAME=value.</param>
public sealed record ExecRequest(
    Seq<string> Command, Seq<string> Env, string? WorkingDir, string? User, bool Terminal, bool Stdin, bool Detach);

/// <summary><c>eventdock exec</c>: a further process in a running container, and what it wrote.</summary>
public static class Exec
{
    /// <summary>The exit code; None where it was detached.</summary>
    public static EitherAsync<DomainError, Option<int>> Run(
        Ports ports, ContainerRow row, ExecRequest request, CancellationToken cancel)
    {
        var id = ports.World.NewId();
        var stream = Streams.Exec(row.Id.Value, id);
        return
            from running in row.State == ContainerRow.Running
                ? Done
                : Fail<Unit>(new DomainError.WrongState(row.Id.Value, row.State, "exec"))
            from own in ports.Secrets.Read(row.Id, cancel)
            let spec = new ExecSpec(
                row.Id, id, request.Command,
                RunResolution.Merge(request.Terminal ? RunResolution.Merge(own, Seq1("TERM=xterm")) : own, request.Env),
                request.WorkingDir ?? row.Settings.WorkingDir,
                request.User ?? row.Settings.User, request.Terminal, request.Stdin, request.Detach)
            from requested in Record(
                ports, stream,
                new RequestExec(
                    id, row.Id, request.Command, spec.User, spec.WorkingDir, request.Terminal,
                    RunResolution.Names(request.Env, ports.Secrets.Keyed)),
                cancel)
            from exec in ports.Runtime.Exec(spec, cancel).Recover(error => Some(Failed(ports, stream, id, row.Id, error)))
            from started in Record(ports, stream, new RecordExecStarted(id, row.Id, exec.Pid), cancel)
            from code in request.Detach
                ? Give(Option<int>.None)
                : from code in exec.Wait(cancel)
                  from ended in Record(ports, stream, new RecordExecExited(id, row.Id, code), cancel)
                  from written in End.RecordWrites(ports, row.Id, "exec", cancel)
                  select Some(code)
            select code;
    }

    private static EitherAsync<DomainError, RunningExec> Failed(
        Ports ports, string stream, string id, ContainerId container, DomainError error) =>
        from recorded in Record(
            ports, stream,
            error is DomainError.StartFailed failed
                ? new RecordExecFailed(id, container, failed.ExitCode, failed.Message)
                : new RecordExecFailed(id, container, 125, error.GetType().Name),
            CancellationToken.None)
        from result in Fail<RunningExec>(error)
        select result;

    private static EitherAsync<DomainError, Unit> Record(
        Ports ports, string stream, ExecCommand command, CancellationToken cancel) =>
        ports.Store.Handle(ExecDecider.Decider, stream, command, ports.World.Clock(), cancel).Ignore();
}
