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
                request.User ?? row.Settings.User, request.Terminal, request.Stdin, request.Detach,
                ports.World.ExecExitCommand(row.Id, id))
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
                : from end in exec.Wait(cancel)
                  from seen in end.How == AttachEnd.Ended ? Ended(ports, row.Id, id, end.ExitCode, CancellationToken.None) : Done
                  select end.How switch
                  {
                      AttachEnd.Ended => Some(end.ExitCode),
                      AttachEnd.OutputClosed => Some(Engine.Run.BrokenPipe),
                      _ => None,
                  }
            select code;
    }

    /// <summary>
    /// What conmon's exit command does: an exec that nobody is attached to any more is recorded as well. The note is there
    /// unless the attached command has been quicker.
    /// </summary>
    public static EitherAsync<DomainError, Unit> Settle(Ports ports, ContainerId container, string id, CancellationToken cancel) =>
        from code in ports.Runtime.ExecExit(container, id, cancel)
        from _ in code.Match(
            Some: exited =>
                from ended in Ended(ports, container, id, exited, cancel)
                from cleaned in ports.Runtime.ExecCleanUp(container, id, cancel)
                select unit,
            None: () => Done)
        select unit;

    private static EitherAsync<DomainError, Unit> Ended(
        Ports ports, ContainerId container, string id, int code, CancellationToken cancel) =>
        from ended in Record(ports, Streams.Exec(container.Value, id), new RecordExecExited(id, container, code), cancel)
        from written in End.RecordWrites(ports, container, "exec", cancel)
        select unit;

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
        ports.Again(
            () => ports.Store.Handle(ExecDecider.Decider, stream, command, ports.World.Clock(), cancel).Ignore(), cancel);
}
