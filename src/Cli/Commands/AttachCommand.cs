namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock attach</c>, and the half of <c>start -a</c> that is the same.</summary>
public static class AttachCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from keys in DetachSequence.Parse(args.Text("detach-keys")).ToAsync()
        from ports in session.Change(cancel)
        from row in Find.Container(ports, args.Arguments[0], cancel)
        from running in row is { State: ContainerRow.Running, Paused: false }
            ? Done
            : Fail<Unit>(new DomainError.WrongState(row.Id.Value, row.Status, "attach to"))
        from terminal in Terminals.Fit(row.Settings.Terminal, !args.On("no-stdin")).ToAsync()
        from code in To(
            ports, row, new Attending(true, !args.On("no-stdin") && row.Settings.OpenStdin, args.On("sig-proxy")) { DetachKeys = keys }, cancel)
        select code.IfNone(() => Left(session));

    /// <summary>The streams of a container that runs, up to its end: its code; None where the keys were typed.</summary>
    public static EitherAsync<DomainError, Option<int>> To(Ports ports, ContainerRow row, Attending attending, CancellationToken cancel) =>
        from noted in Attaching.Record(ports, row.Id, attending.Stdin, cancel)
        from attachment in ports.Runtime.Attach(
            new AttachSpec(row.Id, attending.Stdin, row.Settings.Terminal, attending.SignalProxy) { DetachKeys = attending.DetachKeys },
            cancel)
        from outcome in Engine.Run.Attended(ports, row.Id, row.Process, None, attachment, row.Settings.AutoRemove, cancel)
        select outcome.ExitCode;

    /// <summary>docker's word and code where somebody has left by the keys; of run and start it says nothing, and 0.</summary>
    internal static int Left(Session session)
    {
        session.Tell("read escape sequence");
        return 1;
    }
}
