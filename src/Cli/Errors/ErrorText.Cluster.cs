namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;

public static partial class ErrorText
{
    /// <summary>Null for what is not about the private cluster.</summary>
    private static string? OfCluster(DomainError error) =>
        error switch
        {
            DomainError.NotPassable e =>
                $"{e.Directory}: the user {e.User}, who runs the private Postgres, cannot enter it "
                + $"(chmod o+x {e.Directory}, or set EVENTDOCK_ROOT to a directory elsewhere)",
            DomainError.OlderCluster e =>
                $"{e.Directory} was made by Postgres {e.Version}, and {e.Installed} is installed "
                + $"(apt-get install postgresql-{e.Version}; eventdock db upgrade then moves it to {e.Installed})",
            DomainError.NoAuditGroup e => $"the system group {e.Group} is missing: make setup makes it",
            DomainError.NoAuditSocket e =>
                $"{e.Socket} is not there: the private Postgres was started by an earlier version (eventdock db stop, then again)",
            DomainError.SocketHeld e =>
                $"{e.Socket} is in use by the Postgres with pid {e.Pid}, which works in {e.Directory} (kill -INT {e.Pid} ends it)",
            _ => null,
        };
}
