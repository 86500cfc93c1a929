namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock restore CONTAINER [CONTAINER...]</c></summary>
public static class RestoreCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Change(cancel)
        from code in Each.Of(
            session, args.Arguments, name => Restore.Run(ports, name, cancel).Map(_ => session.Line(name)))
        select code;
}
