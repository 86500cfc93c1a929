namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock diff CONTAINER</c></summary>
public static class DiffCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Change(cancel)
        from done in Diff.Run(
            ports, args.Arguments[0],
            lines => lines.Iter(line => session.Line($"{line.Kind} {PathText.Show(line.Path)}")),
            cancel)
        select 0;
}
