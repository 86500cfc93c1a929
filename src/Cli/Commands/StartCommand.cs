namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock start</c></summary>
public static class StartCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Change(cancel)
        from code in args.On("attach") || args.On("interactive")
            ? Attached(args, session, ports, cancel)
            : Each.Of(session, args.Arguments, name =>
                from row in Find.Container(ports, name, cancel)
                from started in Start.Container(ports, row, new Attending(false, false, false), cancel)
                let printed = session.Line(name)
                select unit)
        select code;

    private static EitherAsync<DomainError, int> Attached(
        ParsedArgs args, Session session, Ports ports, CancellationToken cancel) =>
        from keys in DetachSequence.Parse(args.Text("detach-keys")).ToAsync()
        from one in args.Arguments.Count == 1
            ? Done
            : Fail<Unit>(new DomainError.Invalid("start", args.Arguments[1], "you cannot start and attach multiple containers at once"))
        from row in Find.Container(ports, args.Arguments[0], cancel)
        from fit in Terminals.Fit(row.Settings.Terminal, args.On("interactive")).ToAsync()
        let attending = new Attending(true, args.On("interactive") && row.Settings.OpenStdin, SignalProxy: true) { DetachKeys = keys }
        // One that runs is attached to, as by docker.
        from code in row is { State: ContainerRow.Running, Paused: false }
            ? AttachCommand.To(ports, row, attending, cancel).Map(left => left.IfNone(0))
            : from started in Start.Container(ports, row, attending, cancel)
              from outcome in started.Attachment.Match(
                  Some: attachment => Engine.Run.Attended(
                      ports, row.Id, started.Process, started.Known, attachment, row.Settings.AutoRemove, cancel),
                  None: () => Fail<RunOutcome>(new DomainError.WrongState(row.Id.Value, ContainerRow.Running, "attach to, with start,")))
              select outcome.ExitCode.IfNone(0)
        select code;
}
