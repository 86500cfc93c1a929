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
        from code in WithoutLedger.Each(
            session, args.Arguments,
            (ports, name) =>
                from row in Find.Container(ports, name, cancel)
                from _ in Signal.Send(ports, row, signal, cancel)
                let printed = session.Line(name)
                select unit,
            (ports, container) => Unrecorded.Send(ports, container, signal, cancel),
            cancel)
        select code;
}
