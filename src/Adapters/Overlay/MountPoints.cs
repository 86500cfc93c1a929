namespace EventDock.Adapters.Overlay;

using System.IO;
using System.Runtime.InteropServices;

/// <summary>
/// The lowest layer of every container: the places that a runtime mounts on, and docker's marks. Images need not have them, and
/// without this layer the runtime would make them in the thin layer, where they would count as the container's own changes.
/// Being the lowest, it adds what is missing and changes nothing that an image has.
/// </summary>
internal static partial class MountPoints
{
    private const uint Everyone = 0x1ed; // rwxr-xr-x, the files too, as docker's

    /// <summary>Its name relative to the root. Made beside its place and renamed, so that a half-made one is never used.</summary>
    public static string Ensure(string root)
    {
        const string Name = "l/mountpoints";
        if (Directory.Exists($"{root}/{Name}"))
        {
            return Name;
        }

        var staging = $"{root}/l/.staging-{Guid.NewGuid():N}";
        foreach (var directory in (string[])["", "/dev", "/dev/pts", "/dev/shm", "/proc", "/sys", "/etc"])
        {
            MakeDirectory(staging + directory);
        }

        foreach (var file in (string[])["/.dockerenv", "/etc/resolv.conf", "/etc/hosts", "/etc/hostname", "/dev/console"])
        {
            File.Create(staging + file).Dispose();
            SetMode(staging + file);
        }

        File.CreateSymbolicLink($"{staging}/etc/mtab", "/proc/mounts");
        SetTimes(staging);
        Place(staging, $"{root}/{Name}");
        return Name;
    }

    /// <summary>Overlayfs wants at least one lower directory, also below scratch.</summary>
    public static string EnsureEmpty(string root)
    {
        const string Name = "l/empty";
        MakeDirectory($"{root}/{Name}");
        return Name;
    }

    /// <summary>
    /// The times of places that an image lacks show in layers built on it: they are the same on every host, as the rest is.
    /// </summary>
    private static void SetTimes(string staging)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(staging, "*", SearchOption.AllDirectories).Append(staging))
        {
            ChangeTimes(path);
        }
    }

    private static void Place(string staging, string final)
    {
        try
        {
            Directory.Move(staging, final);
        }
        catch (IOException) when (Directory.Exists(final))
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    private static void MakeDirectory(string path)
    {
        Directory.CreateDirectory(path);
        SetMode(path);
    }

    private static void SetMode(string path)
    {
        if (ChangeMode(path, Everyone) != 0)
        {
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>utimensat(2), of links themselves; two timespecs of zeros are 1970.</summary>
    private static unsafe void ChangeTimes(string path)
    {
        var times = stackalloc long[4];
        new Span<long>(times, 4).Clear();
        if (SetTimesAt(-100, path, times, 0x100) != 0)
        {
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int SetTimesAt(int directory, string path, long* times, int flags);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeMode(string path, uint mode);
}
