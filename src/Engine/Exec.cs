namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <param name="Env">NAME=value.</param>
public sealed record ExecRequest(
    Seq<string> Command, Seq<string> Env, string? WorkingDir, string? User, bool Terminal, bool Stdin, bool Detach)
{
    public DetachSequence DetachKeys { get; init; } = DetachSequence.Default;

    public bool Privileged { get; init; }
}

/// <summary><c>eventdock exec</c>: a further process in a running container, and what it wrote.</summary>
public static class Exec
{
    /// <summary>The exit code; None where it was detached.</summary>
    public static EitherAsync<DomainError, Option<int>> Run(
        Ports ports, ContainerRow row, ExecRequest request, CancellationToken cancel)
    {
        var id = ports.World.NewId();
        return
            from running in row is { State: ContainerRow.Running, Paused: false }
                ? Done
                : Fail<Unit>(new DomainError.WrongState(row.Id.Value, row.Status, "exec"))
            from own in ports.Secrets.Read(row.Id, cancel)
            let spec = new ExecSpec(
                row.Id, id, request.Command,
                RunResolution.Merge(request.Terminal ? RunResolution.Merge(own, Seq1("TERM=xterm")) : own, request.Env),
                request.WorkingDir ?? row.Settings.WorkingDir,
                request.User ?? row.Settings.User, request.Terminal, request.Stdin, request.Detach,
                ports.World.ExecExitCommand(row.Id, id))
            {
                DetachKeys = request.DetachKeys,
                Privileged = request.Privileged,
            }
            // The monitor starts while the ledger takes the intention in, and waits.
            from both in Beside(
                () => Add(
                    ports, KnownStream.None(ExecDecider.Decider, Streams.Exec(row.Id.Value, id)),
                    new RequestExec(
                        id, row.Id, request.Command, spec.User, spec.WorkingDir, request.Terminal,
                        RunResolution.Names(request.Env, ports.Secrets.Keyed), request.Privileged),
                    cancel),
                () => ports.Runtime.Exec(spec, cancel))
            from requested in both.First.IsRight ? both.First.ToAsync() : CalledOff(both.Second).Bind(_ => both.First.ToAsync())
            from exec in both.Second.ToAsync().Bind(prepared => prepared.Go(cancel))
                .Recover(error => Some(Failed(ports, requested, id, row.Id, error)))
            from started in Add(ports, requested, new RecordExecStarted(id, row.Id, exec.Pid), cancel)
            from code in request.Detach
                ? Give(Option<int>.None)
                : from end in exec.Wait(cancel)
                  from seen in end.How == AttachEnd.Ended
                      ? Recorded(
                          ports, row.Id, id,
                          Add(ports, started, new RecordExecExited(id, row.Id, end.ExitCode), CancellationToken.None).Ignore(),
                          CancellationToken.None)
                      : Done
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
            Some: exited => Recorded(ports, container, id, Exited(ports, container, id, exited.ExitCode, exited.At, cancel), cancel),
            None: () => Done)
        select unit;

    /// <summary>
    /// The execs of a container that has ended have ended with it. Their notes go with the container's bundle, so they are
    /// recorded before that, whoever else is about to.
    /// </summary>
    public static EitherAsync<DomainError, Unit> SettleAll(Ports ports, ContainerId container, CancellationToken cancel) =>
        from exits in ports.Runtime.ExecExits(container, cancel)
        from recorded in exits.InTurn(exit => exit.Fact.Match(
            Some: fact => Exited(ports, container, exit.ExecId, fact.ExitCode, fact.At, cancel),
            None: () => Exited(ports, container, exit.ExecId, null, ports.World.Clock(), cancel)))
        select unit;

    /// <summary>
    /// The same of a container whose end nobody has seen, since the host was booted, say: its notes are gone, and the ledger alone knows what
    /// ran in it.
    /// </summary>
    public static EitherAsync<DomainError, Unit> SettleLost(Ports ports, ContainerId container, CancellationToken cancel)
    {
        var prefix = Streams.ExecsOf(container.Value);
        return
            from begun in ports.Ledger.Log.List(LogQuery.All with { Prefixes = Seq1(prefix), Types = Seq1(nameof(ExecStarted)) }, cancel)
            // The id by the stream's name, since the event's data may have been redacted.
            from recorded in begun.Map(e => e.Stream[prefix.Length..]).Strict()
                .InTurn(id => Exited(ports, container, id, null, ports.World.Clock(), cancel))
            select unit;
    }

    /// <summary>The end and what was written; conmon's note goes once both are recorded.</summary>
    private static EitherAsync<DomainError, Unit> Recorded(
        Ports ports, ContainerId container, string id, EitherAsync<DomainError, Unit> ended, CancellationToken cancel) =>
        from exited in ended
        // What was written goes with a container that has been removed meanwhile; the exec's own end stands.
        from written in End.RecordWrites(ports, container, "exec", cancel)
            .Recover(error => error is DomainError.NoSuchContainer ? Some(Done) : None)
        from cleaned in ports.Runtime.ExecCleanUp(container, id, cancel)
        select unit;

    private static EitherAsync<DomainError, Unit> Exited(
        Ports ports, ContainerId container, string id, int? code, DateTimeOffset at, CancellationToken cancel) =>
        KnownStream.Add(
            ports, ExecDecider.Decider, Streams.Exec(container.Value, id), new RecordExecExited(id, container, code), at, cancel).Ignore();

    private static EitherAsync<DomainError, Unit> CalledOff(Either<DomainError, PreparedExec> prepared) =>
        prepared.Match(Right: exec => exec.CallOff(), Left: _ => Done);

    private static EitherAsync<DomainError, RunningExec> Failed(
        Ports ports, Decision<ExecState> requested, string id, ContainerId container, DomainError error) =>
        from recorded in Add(
            ports, requested,
            error is DomainError.StartFailed failed
                ? new RecordExecFailed(id, container, failed.ExitCode, failed.Message)
                : new RecordExecFailed(id, container, 125, error.GetType().Name),
            CancellationToken.None)
        from result in Fail<RunningExec>(error)
        select result;

    private static EitherAsync<DomainError, Decision<ExecState>> Add(
        Ports ports, Decision<ExecState> known, ExecCommand command, CancellationToken cancel) =>
        KnownStream.Add(ports, ExecDecider.Decider, known, command, ports.World.Clock(), cancel);
}
