namespace EventDock.Adapters.Posix;

/// <summary>What a name in a file system is.</summary>
public enum FileKind
{
    Regular,
    Directory,
    Symlink,
    CharDevice,
    BlockDevice,
    Fifo,
    Socket,
}

/// <summary>Seconds since 1970 and nanoseconds (0 to 999,999,999) after them.</summary>
public readonly record struct FileTime(long Seconds, uint Nanoseconds) : IComparable<FileTime>
{
    public int CompareTo(FileTime other) =>
        Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);
}

/// <summary>statx(2)'s answer.</summary>
/// <param name="Mode">Permissions and the three special bits, without the type.</param>
/// <param name="Blocks">Allocated, in units of 512 bytes.</param>
/// <param name="Device">Of the file system it is on.</param>
public readonly record struct FileStat(
    FileKind Kind, uint Mode, uint Uid, uint Gid, long Size, long Blocks, uint Links, ulong Inode, ulong Device,
    FileTime Modified, FileTime Changed, uint Major, uint Minor)
{
    /// <summary>overlayfs's form of a whiteout (kernel documentation, filesystems/overlayfs, "whiteouts and opaque directories").</summary>
    public bool IsWhiteout => Kind == FileKind.CharDevice && Major == 0 && Minor == 0;
}
