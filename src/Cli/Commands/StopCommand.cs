namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock stop</c></summary>
public static class StopCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from stopping in Stoppings.Of(args).ToAsync()
        from code in WithoutLedger.Each(
            session, args.Arguments,
            (ports, name) =>
                from row in Find.Container(ports, name, cancel)
                from _ in Signal.Stop(ports, row, stopping, cancel)
                let printed = session.Line(name)
                select unit,
            (ports, container) => Unrecorded.Stop(ports, container, stopping, cancel),
            cancel)
        select code;
}
