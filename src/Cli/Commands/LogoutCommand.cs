namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;

/// <summary><c>eventdock logout [SERVER]</c>: as docker's, it does not mind that there was no login.</summary>
public static class LogoutCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from registry in LoginCommand.Server(args).ToAsync()
        from accounts in session.Accounts().ToAsync()
        let said = session.Line($"Removing login credentials for {registry.Key}")
        from gone in accounts.Forget(registry, cancel)
        select 0;
}
