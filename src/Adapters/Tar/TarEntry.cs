namespace EventDock.Adapters.Tar;

using EventDock.Adapters.Posix;
using EventDock.Domain.Images;

/// <summary>What an entry of an archive makes.</summary>
public enum TarKind
{
    Regular,
    HardLink,
    Symlink,
    CharDevice,
    BlockDevice,
    Directory,
    Fifo,
}

/// <summary>One entry, its header, extended headers and GNU's additions taken together. Names and targets are bytes.</summary>
/// <param name="Name">As written; a directory's closing slash is kept.</param>
/// <param name="Link">Target of a hard or symbolic link; else empty.</param>
/// <param name="Mode">Permissions and special bits.</param>
/// <param name="Size">Of the file as it is to be, holes included; 0 for all but regular files.</param>
/// <param name="Xattrs">Names have neither NUL nor an equals sign: pax has no form for these.</param>
/// <param name="Sparse">Where the stored bytes belong; null for a file without holes.</param>
public sealed record TarEntry(
    byte[] Name, TarKind Kind, byte[] Link, uint Mode, long Uid, long Gid, long Size, FileTime Modified, uint Major, uint Minor,
    IReadOnlyList<Xattr> Xattrs, IReadOnlyList<DataRange>? Sparse)
{
    /// <summary>Bytes that the archive holds for it.</summary>
    public long Stored => Sparse is null ? Size : Sparse.Sum(r => r.Length);
}

/// <summary>How much an archive may hold: far beyond what is real, so that only a bomb meets it.</summary>
/// <param name="Bytes">Of data, all entries together.</param>
/// <param name="PathLength">Linux takes no longer path than 4,095 bytes.</param>
/// <param name="HeaderLength">Bytes of one extended header.</param>
public sealed record TarLimits(
    long Entries = 10_000_000, long Bytes = 1L << 37, int Depth = 1024, int PathLength = 4095, int HeaderLength = 1 << 20)
{
    /// <summary>Of what: the first word of the configuration's keys.</summary>
    public string Kind { get; init; } = "layer";

    public static TarLimits Layer(ContentLimits limits) => new(limits.Layer.Entries, limits.Layer.Bytes, limits.Layer.Depth);

    public static TarLimits Archive(ContentLimits limits) =>
        new(limits.Archive.Entries, limits.Archive.Bytes, limits.Archive.Depth) { Kind = "archive" };

    /// <summary>The configuration's key for one of them, as errors name it.</summary>
    internal string Key(string what) => $"{ContentLimits.Key}.{Kind}-{what}";
}

/// <summary>Takes a stretch of a file's bytes and where it belongs.</summary>
public delegate void TarSink(long offset, ReadOnlySpan<byte> bytes);
