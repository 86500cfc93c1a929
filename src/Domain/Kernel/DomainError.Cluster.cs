namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>The user that runs the private cluster cannot come through this directory, below which its data is to lie.</summary>
    public sealed record NotPassable(string Directory, string User) : DomainError;

    /// <summary>The data was made by a Postgres that is not installed any more, an older one than the newest that is.</summary>
    public sealed record OlderCluster(string Directory, string Version, string Installed) : DomainError;

    /// <summary>The system group whose members may ask the ledger is missing.</summary>
    public sealed record NoAuditGroup(string Group) : DomainError;

    /// <summary>The running cluster was started by a version that had no socket for them.</summary>
    public sealed record NoAuditSocket(string Socket) : DomainError;

    /// <summary>Another server, alive and well, listens where the private cluster is to listen: its data was moved away.</summary>
    /// <param name="Directory">Where that server works.</param>
    public sealed record SocketHeld(string Socket, int Pid, string Directory) : DomainError;
}
