namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock kill</c></summary>
public static class KillCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from signal in SignalName.Parse(args.Text("signal") ?? "KILL").ToAsync()
        from ports in session.Change(cancel)
        from code in Each.Of(session, args.Arguments, name =>
            from row in Find.Container(ports, name, cancel)
            from _ in Signal.Send(ports, row, signal, cancel)
            let printed = session.Line(name)
            select unit)
        select code;
}
