namespace EventDock.Domain.Kernel;

using EventDock.Domain.Layers;

public abstract partial record DomainError
{
    /// <summary>Neither a container nor an image nor a layer, now or ever.</summary>
    public sealed record NoSuchThing(string Text) : DomainError;

    /// <summary>No layer has ever had anything there.</summary>
    /// <param name="What">A container, an image or a layer, with its id.</param>
    public sealed record NoSuchFile(string What, byte[] Path) : DomainError;

    /// <summary>There was a file, and it has been taken away.</summary>
    /// <param name="What">As of <see cref="NoSuchFile"/>.</param>
    public sealed record FileTaken(string What, byte[] Path) : DomainError;

    /// <summary>That the file was written has been recorded, and not what was in it.</summary>
    /// <param name="What">As of <see cref="NoSuchFile"/>.</param>
    public sealed record FileNotKept(string What, byte[] Path) : DomainError;

    /// <summary>What is no file or link has no lines.</summary>
    /// <param name="Type">What it is instead.</param>
    public sealed record NoLines(byte[] Path, FileType Type) : DomainError;

    /// <summary>An image that has been removed has no files any more.</summary>
    public sealed record FilesGone(string What) : DomainError;

    /// <summary>The event that would tell has been redacted.</summary>
    public sealed record CauseRedacted(string What, long Position) : DomainError;

    /// <summary>A range of lines that the file does not have.</summary>
    public sealed record LinesBeyond(byte[] Path, int Lines) : DomainError;

    /// <summary>The container came to be only later.</summary>
    public sealed record NotYetMade(string ContainerId, long Position) : DomainError;
}
