namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>A filter of a list that is not name=value: a mistake in flags, as docker sees it.</summary>
    public sealed record FilterForm(string Text) : DomainError;

    /// <summary>Two flags that each say how the answer is to look.</summary>
    public sealed record FlagsTogether(string One, string Other) : DomainError;

    /// <summary>A layer that the ledger does not have.</summary>
    public sealed record NoSuchLayer(string Reference) : DomainError;
}
