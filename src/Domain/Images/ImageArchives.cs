namespace EventDock.Domain.Images;

using System.IO;
using EventDock.Domain.Kernel;

/// <summary>Archives of images, as functions.</summary>
/// <param name="Stage">
/// Reads an archive once from its start to its end, plain, gzip or zstd, and puts its files aside. The text is how errors name it.
/// </param>
/// <param name="Write">Writes an archive, in this order, with bytes that depend on the parts alone.</param>
/// <param name="Size">Bytes of a layer's archive, uncompressed.</param>
/// <param name="Tree">Writes the files below a directory as an archive. What is in there may be a hostile process's work.</param>
public sealed record ImageArchives(
    Func<Stream, string, CancellationToken, EitherAsync<DomainError, StagedArchive>> Stage,
    Func<Stream, Seq<ArchivePart>, CancellationToken, EitherAsync<DomainError, Unit>> Write,
    Func<string, CancellationToken, EitherAsync<DomainError, long>> Size,
    Func<string, string, Stream, CancellationToken, EitherAsync<DomainError, Unit>> Tree);

/// <summary>An archive whose files are put aside until it is closed.</summary>
/// <param name="Bytes">Of all files in it.</param>
/// <param name="Read">A file of at most so many bytes.</param>
public sealed record StagedArchive(
    ArchiveListing Files, long Bytes, Func<StagedFile, int, CancellationToken, EitherAsync<DomainError, byte[]>> Read,
    Func<StagedFile, Stream> Open, Action Close);

/// <summary>One entry of an archive that is written.</summary>
public abstract record ArchivePart(string Name)
{
    public sealed record Folder(string Name) : ArchivePart(Name);

    public sealed record Small(string Name, byte[] Content) : ArchivePart(Name);

    /// <summary>A layer's own archive, uncompressed: the bytes whose digest is its diffID.</summary>
    /// <param name="Id">The layer's id.</param>
    /// <param name="Size">Of that archive.</param>
    public sealed record Layer(string Name, string Id, long Size) : ArchivePart(Name);
}
