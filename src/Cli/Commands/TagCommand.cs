namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;

/// <summary><c>eventdock tag</c></summary>
public static class TagCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Change(cancel)
        from _ in Engine.Tag.Run(ports, args.Arguments[0], args.Arguments[1], cancel)
        select 0;
}
