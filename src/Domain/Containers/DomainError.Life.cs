namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>A rename to the name that the container has.</summary>
    public sealed record SameName(string Name) : DomainError;
}
