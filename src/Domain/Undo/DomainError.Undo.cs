namespace EventDock.Domain.Kernel;

using EventDock.Domain.Containers;

public abstract partial record DomainError
{
    /// <summary>A command has done something that no undo takes back.</summary>
    /// <param name="Event">The event's name.</param>
    /// <param name="Line">The command's.</param>
    public sealed record CannotUndo(string Event, long Position, Seq<string> Line) : DomainError;

    /// <summary>The command has changed nothing that could be undone.</summary>
    public sealed record NothingToUndo(Seq<string> Line) : DomainError;

    /// <summary>No command is left that has changed something and has not been undone.</summary>
    public sealed record NoCommandToUndo : DomainError;

    /// <param name="By">Position of the event that says so.</param>
    public sealed record AlreadyUndone(Guid Command, long By) : DomainError;

    /// <summary>What a command has changed is as it was before, without an undo.</summary>
    public sealed record AsBefore(Seq<string> Line) : DomainError;

    /// <summary>What a command has changed has been changed again since.</summary>
    /// <param name="Kind">tag, container or image.</param>
    /// <param name="Position">Of the event that stands in the way.</param>
    /// <param name="Line">Of the command that it is of.</param>
    public sealed record Overtaken(string Kind, string Name, long Position, Seq<string> Line) : DomainError;

    /// <summary>The container's files were never kept (--record content), or are no longer.</summary>
    public sealed record ContentNotRecorded(string ContainerId) : DomainError;

    /// <summary>A moment before the container was made.</summary>
    public sealed record NotMadeYet(ContainerId Id) : DomainError;

    /// <summary>Fewer records of a container's files than are counted back.</summary>
    public sealed record TooFewRecords(ContainerId Id, int Asked, int Found) : DomainError;

    /// <summary>A removed container's log is not kept.</summary>
    public sealed record LogNotKept(string Reference, ContainerId Id) : DomainError;
}
