namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock stop</c></summary>
public static class StopCommand
{
    /// <summary>docker's grace before the kill.</summary>
    private const long DefaultSeconds = 10;

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from code in WithoutLedger.Each(
            session, args.Arguments,
            (ports, name) =>
                from row in Find.Container(ports, name, cancel)
                from _ in Signal.Stop(ports, row, Patience(args), cancel)
                let printed = session.Line(name)
                select unit,
            (ports, container) => Unrecorded.Stop(ports, container, Patience(args), cancel),
            cancel)
        select code;

    private static TimeSpan Patience(ParsedArgs args) => Grace(args.Number("time") ?? DefaultSeconds);

    /// <summary>Below zero: for ever.</summary>
    private static TimeSpan Grace(long seconds) =>
        seconds < 0 || seconds > int.MaxValue / 1000 ? TimeSpan.FromMilliseconds(int.MaxValue) : TimeSpan.FromSeconds(seconds);
}
