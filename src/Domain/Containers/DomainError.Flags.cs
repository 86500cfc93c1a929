namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>The value of a flag is not of its form.</summary>
    /// <param name="Flag">As docker's errors show it: <c>--mount</c>, <c>-v, --volume</c>.</param>
    public sealed record BadFlag(string Flag, string Value, string Reason) : DomainError;

    /// <summary>-a beside -d.</summary>
    public sealed record AttachBesideDetach : DomainError;

    /// <summary>Two settings that exclude each other.</summary>
    public sealed record Conflicting(string One, string Other) : DomainError;

    /// <summary>A namespace of a container that does not run.</summary>
    /// <param name="Kind">network, ipc, pid or uts.</param>
    public sealed record CannotJoin(string Kind, string ContainerId, string Reason) : DomainError;

    /// <summary>It was made with --log-driver none.</summary>
    public sealed record NothingLogged(string ContainerId) : DomainError;

    /// <summary>This host has not what is needed for it.</summary>
    public sealed record NotOnThisHost(string What, string Reason) : DomainError;
}
