namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>A device that a container is to be given, and the host does not have.</summary>
    public sealed record NoDevice(string Path) : DomainError;

    public sealed record NoSuchContainer(string Reference) : DomainError;

    /// <summary>A prefix that fits several; Kind is "container" or "image".</summary>
    public sealed record Ambiguous(string Kind, string Prefix, Seq<string> Candidates) : DomainError;

    public sealed record NameTaken(string Name, string ContainerId) : DomainError;

    /// <summary>The container is in a state in which this cannot be done; State is docker's word (running, exited …).</summary>
    public sealed record WrongState(string ContainerId, string State, string Attempt) : DomainError;

    /// <summary>
    /// The process could not be started. ExitCode as a shell has it: 127 not found, 126 not executable, <see cref="Other"/> all else.
    /// </summary>
    public sealed record StartFailed(int ExitCode, string Message) : DomainError
    {
        /// <summary>docker's own exit code where it is docker that has failed.</summary>
        public const int Other = 125;
    }

    /// <summary>runc, conmon or the kernel refused; Message is theirs.</summary>
    public sealed record RuntimeFailed(string Program, string Message) : DomainError;

    /// <summary>A name that the root file system's /etc/passwd does not have.</summary>
    public sealed record NoSuchUser(string User) : DomainError;

    /// <summary>A name that the root file system's /etc/group does not have.</summary>
    public sealed record NoSuchGroup(string Group) : DomainError;

    /// <summary>-i with -t, and stdin is no terminal.</summary>
    public sealed record NoTerminal : DomainError;
}
