namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>The user that runs the private cluster cannot come through this directory, below which its data is to lie.</summary>
    public sealed record NotPassable(string Directory, string User) : DomainError;

    /// <summary>Another server, alive and well, listens where the private cluster is to listen: its data was moved away.</summary>
    /// <param name="Directory">Where that server works.</param>
    public sealed record SocketHeld(string Socket, int Pid, string Directory) : DomainError;
}
