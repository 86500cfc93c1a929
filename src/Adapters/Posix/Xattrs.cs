namespace EventDock.Adapters.Posix;

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

/// <summary>An extended attribute. Values are bytes (security.capability is binary).</summary>
public sealed record Xattr(byte[] Name, byte[] Value);

/// <summary>
/// Extended attributes of a name in an open directory, the name itself (a symlink is not followed). The l-calls take no
/// directory descriptor, so the directory goes by its /proc/self/fd name, which is one component that cannot be swapped.
/// </summary>
public static unsafe class Xattrs
{
    private const int Most = 64 * 1024;

    /// <summary>Sorted by name; empty where the file system has none.</summary>
    [SkipLocalsInit]
    public static IReadOnlyList<Xattr> List(SafeFileHandle dir, ReadOnlySpan<byte> name)
    {
        var z = stackalloc byte[4096];
        Place(dir, name, z);
        var small = stackalloc byte[512];
        var length = Libc.LListXattr(z, small, 512);
        if (length == 0)
        {
            return [];
        }

        byte[] names;
        if (length > 0)
        {
            names = new ReadOnlySpan<byte>(small, (int)length).ToArray();
        }
        else
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.NotSupported)
            {
                return [];
            }

            if (errno != Errno.Range)
            {
                throw Fs.Failed(errno, "list attributes", name);
            }

            names = new byte[Most];
            fixed (byte* p = names)
            {
                length = Libc.LListXattr(z, p, Most);
            }

            names = length < 0 ? throw Fs.Failed(Marshal.GetLastPInvokeError(), "list attributes", name) : names[..(int)length];
        }

        var found = new List<Xattr>();
        for (var at = 0; at < names.Length;)
        {
            var end = at + names.AsSpan(at).IndexOf((byte)0);
            var key = names[at..end];
            if (Get(dir, name, key) is { } value)
            {
                found.Add(new Xattr(key, value));
            }

            at = end + 1;
        }

        found.Sort((x, y) => ByteOrder.Instance.Compare(x.Name, y.Name));
        return found;
    }

    /// <summary>Null where it is not set.</summary>
    [SkipLocalsInit]
    public static byte[]? Get(SafeFileHandle dir, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
    {
        var z = stackalloc byte[4096];
        Place(dir, name, z);
        var k = stackalloc byte[4096];
        Fs.Terminate(key, k);
        var small = stackalloc byte[256];
        var length = Libc.LGetXattr(z, k, small, 256);
        if (length >= 0)
        {
            return new ReadOnlySpan<byte>(small, (int)length).ToArray();
        }

        var errno = Marshal.GetLastPInvokeError();
        if (errno is Errno.NoData or Errno.NotSupported)
        {
            return null;
        }

        if (errno != Errno.Range)
        {
            throw Fs.Failed(errno, "read attribute of", name);
        }

        var buffer = new byte[Most];
        fixed (byte* p = buffer)
        {
            length = Libc.LGetXattr(z, k, p, Most);
        }

        return length < 0 ? throw Fs.Failed(Marshal.GetLastPInvokeError(), "read attribute of", name) : buffer[..(int)length];
    }

    /// <summary>False where the file system does not keep such attributes.</summary>
    [SkipLocalsInit]
    public static bool TrySet(SafeFileHandle dir, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var z = stackalloc byte[4096];
        Place(dir, name, z);
        var k = stackalloc byte[4096];
        Fs.Terminate(key, k);
        fixed (byte* v = value)
        {
            if (Libc.LSetXattr(z, k, v, value.Length, 0) == 0)
            {
                return true;
            }
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.NotSupported ? false : throw Fs.Failed(errno, "set attribute of", name);
    }

    [SkipLocalsInit]
    public static void Remove(SafeFileHandle dir, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
    {
        var z = stackalloc byte[4096];
        Place(dir, name, z);
        var k = stackalloc byte[4096];
        Fs.Terminate(key, k);
        if (Libc.LRemoveXattr(z, k) != 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.NoData)
        {
            throw Fs.Failed(errno, "remove attribute of", name);
        }
    }

    // An empty name is the directory itself: "/." makes the l-calls look at what the descriptor's link leads to.
    private static void Place(SafeFileHandle dir, ReadOnlySpan<byte> name, byte* z)
    {
        var path = Bytes.Join(Fs.ProcPath(dir), name.IsEmpty ? "."u8 : name);
        Fs.Terminate(path, z);
    }
}
