namespace EventDock.Domain.Kernel;

using EventDock.Domain.Containers;

public abstract partial record DomainError
{
    /// <summary>cp was asked for what cannot be.</summary>
    public sealed record CannotCopy(CopyFault Fault) : DomainError;

    /// <summary>A removed container of which nothing is kept (any more), or a name that no such container had.</summary>
    public sealed record NotKept(string Reference) : DomainError;

    /// <summary>The files of a removed container's layer were not kept at its end, though it had asked for it.</summary>
    public sealed record ContentLeftOut(string ContainerId, string Reason) : DomainError;

    /// <summary>What is to be brought back has never gone.</summary>
    public sealed record NotRemoved(string ContainerId) : DomainError;

    /// <summary>A path that a container does not have.</summary>
    public sealed record NoSuchPath(string Container, string Path) : DomainError;

    /// <summary>Nothing is written to the root of a container of --read-only.</summary>
    public sealed record ReadOnlyRoot(string ContainerId) : DomainError;

    /// <summary>Nor to what was mounted into it to be read only.</summary>
    public sealed record ReadOnlyMount(string ContainerId) : DomainError;

    /// <summary>cp's destination is none that files can be copied to; Wanted is what it would have to be.</summary>
    public sealed record BadDestination(string Destination, string Wanted) : DomainError;
}
