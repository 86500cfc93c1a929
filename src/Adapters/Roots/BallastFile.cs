namespace EventDock.Adapters.Roots;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Roots;

/// <summary><c>ballast</c> in the root directory: blocks and nothing in them.</summary>
public static class BallastFile
{
    /// <summary>Postgres makes its log in files of 16 MiB: a server may fail although there is almost that much room.</summary>
    private const long Tight = 17 << 20;

    private static readonly byte[] Name = "ballast"u8.ToArray();

    public static Ballast Create(string root) => new(
        Keep: size => Named(() => Keep(root, size)),
        GiveUp: () => Named(() => GiveUp(root)),
        Needed: () => Named(() => Free(root) < Tight).Match(Right: tight => tight, Left: _ => false));

    private static Unit Keep(string root, long size)
    {
        using var directory = Fs.OpenDirectory(root);
        var there = Fs.TryStat(directory, Name, out var stat);
        if (size == 0)
        {
            Fs.Unlink(directory, Name);
            return unit;
        }

        // Twice the size: who frees a little must not find it taken again by the next command.
        if ((there && stat.Size == size && stat.Blocks * 512 >= size) || Free(root) + (there ? stat.Blocks * 512 : 0) < size * 2)
        {
            return unit;
        }

        using var file = Fs.At(directory, Name, Open.ReadWrite | Open.Create | Open.NoFollow, 0x180);
        try
        {
            Fs.SetLength(file, Math.Min(size, Fs.Stat(file).Size));
            Fs.Allocate(file, size);
        }
        catch (PosixException e) when (e.Error is DomainError.DiskFull)
        {
            // Somebody else was quicker: a command after this one makes it, when there is room.
            Fs.Unlink(directory, Name);
        }

        return unit;
    }

    private static bool GiveUp(string root)
    {
        using var directory = Fs.OpenDirectory(root);
        var there = Fs.TryStat(directory, Name, out _);
        Fs.Unlink(directory, Name);
        return there;
    }

    private static long Free(string root) => new DriveInfo(root).AvailableFreeSpace;

    private static Either<DomainError, T> Named<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (PosixException e)
        {
            return e.Error;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed("ballast", e.Message);
        }
    }
}
