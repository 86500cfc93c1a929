namespace EventDock.Domain.Containers;

using System.Diagnostics;
using EventDock.Domain.Kernel;
using static EventDock.Domain.Containers.ExecState;

/// <summary>What may be asked of, or reported about, one exec.</summary>
public abstract record ExecCommand(string Id, ContainerId Container);

public sealed record RequestExec(
    string Id, ContainerId Container, Seq<string> Command, string User, string WorkingDir, bool Terminal, Seq<SecretName> Env, bool Privileged)
    : ExecCommand(Id, Container);

public sealed record RecordExecStarted(string Id, ContainerId Container, int Pid) : ExecCommand(Id, Container);

public sealed record RecordExecFailed(string Id, ContainerId Container, int ExitCode, string Message) : ExecCommand(Id, Container);

/// <param name="ExitCode">Null: its container has ended, and nobody has seen how it did.</param>
public sealed record RecordExecExited(string Id, ContainerId Container, int? ExitCode) : ExecCommand(Id, Container);

/// <summary>Where an exec stands.</summary>
public enum ExecState
{
    Absent,
    Requested,
    Running,

    /// <summary>Seen to end by another command before the one that started it has recorded the start.</summary>
    EndedFirst,
    Ended,
}

/// <summary>The life of a further process in a container.</summary>
public static class ExecDecider
{
    public static readonly Decider<ExecCommand, ExecState, ExecEvent> Decider = new(Absent, Decide, Evolve);

    public static Either<DomainError, Seq<ExecEvent>> Decide(ExecCommand command, ExecState state) =>
        (command, state) switch
        {
            (RequestExec c, Absent) => Emit(
                new ExecRequested(c.Id, c.Container, c.Command, c.User, c.WorkingDir, c.Terminal, c.Env, c.Privileged)),
            (RecordExecStarted c, Requested or EndedFirst) => Emit(new ExecStarted(c.Id, c.Container, c.Pid)),
            (RecordExecStarted, Running or Ended) => Nothing,
            (RecordExecFailed c, Requested) => Emit(new ExecFailed(c.Id, c.Container, c.ExitCode, c.Message)),
            // Whether it ever ran is known to the command that is at it, if to anybody.
            (RecordExecExited { ExitCode: null }, Absent or Requested) => Nothing,
            (RecordExecExited c, Requested or Running) => Emit(new ExecExited(c.Id, c.Container, c.ExitCode)),
            (RecordExecExited or RecordExecFailed, Ended or EndedFirst) => Nothing,
            _ => new DomainError.WrongState(command.Container.Value, state.ToString().ToLowerInvariant(), "exec"),
        };

    public static ExecState Evolve(ExecState state, ExecEvent happened) =>
        happened switch
        {
            ExecRequested => Requested,
            ExecStarted => state == EndedFirst ? Ended : Running,
            ExecExited => state == Requested ? EndedFirst : Ended,
            ExecFailed => Ended,
            _ => throw new UnreachableException($"no fold for {happened.GetType().Name}"),
        };

    private static Either<DomainError, Seq<ExecEvent>> Emit(ExecEvent happened) => Right(Seq1(happened));

    private static Either<DomainError, Seq<ExecEvent>> Nothing => Right(Seq<ExecEvent>());
}
