namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;
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

    private static EitherAsync<DomainError, int> Attached(ParsedArgs args, Session session, Ports ports, CancellationToken cancel) =>
        from one in args.Arguments.Count == 1
            ? Done
            : Fail<Unit>(new DomainError.Invalid("start", args.Arguments[1], "you cannot start and attach multiple containers at once"))
        from row in Find.Container(ports, args.Arguments[0], cancel)
        from fit in Terminals.Fit(row.Settings.Terminal, args.On("interactive")).ToAsync()
        from started in Start.Container(
            ports, row, new Attending(true, args.On("interactive"), SignalProxy: true), cancel)
        from outcome in started.Attachment.Match(
            Some: attachment => Engine.Run.Attended(ports, row.Id, attachment, row.Settings.AutoRemove, cancel),
            None: () => Fail<RunOutcome>(new DomainError.WrongState(row.Id.Value, "running", "attach to, with start,")))
        select outcome.ExitCode.IfNone(0);
}
