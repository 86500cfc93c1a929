namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>A rename to the name that the container has.</summary>
    public sealed record SameName(string Name) : DomainError;

    /// <summary>A template that is none, of the commands that have an exit code of their own for it (docker's 64).</summary>
    public sealed record BadTemplate(DomainError Cause) : DomainError;
}
