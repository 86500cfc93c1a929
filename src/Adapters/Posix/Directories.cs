namespace EventDock.Adapters.Posix;

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

public static unsafe partial class Fs
{
    private const int DirectoryBuffer = 64 * 1024;

    /// <summary>The names in a directory open for reading, from its start, without . and .., in the disk's order.</summary>
    public static List<byte[]> Names(SafeFileHandle dir)
    {
        if (Libc.LSeek(dir, 0, 0) != 0)
        {
            throw Failed(Marshal.GetLastPInvokeError(), "read directory", dir);
        }

        var names = new List<byte[]>();
        var buffer = ArrayPool<byte>.Shared.Rent(DirectoryBuffer);
        try
        {
            fixed (byte* p = buffer)
            {
                while (true)
                {
                    var n = Libc.GetDents(dir, p, DirectoryBuffer);
                    if (n < 0)
                    {
                        throw Failed(Marshal.GetLastPInvokeError(), "read directory", dir);
                    }

                    if (n == 0)
                    {
                        return names;
                    }

                    Collect(new ReadOnlySpan<byte>(p, (int)n), names);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static List<byte[]> SortedNames(SafeFileHandle dir)
    {
        var names = Names(dir);
        names.Sort(ByteOrder.Instance);
        return names;
    }

    // struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name with its NUL.
    private static void Collect(ReadOnlySpan<byte> records, List<byte[]> names)
    {
        while (!records.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(records[16..]);
            var name = records[19..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                names.Add(name.ToArray());
            }

            records = records[length..];
        }
    }

    /// <summary>
    /// Removes a name with all below it: never through a link, never into another mount (EXDEV), however deep it is.
    /// <paramref name="attic"/> is a directory on the same file system into which very deep trees are renamed on the way, so
    /// that neither descriptors nor the stack run out. A name that somebody else removes meanwhile is no failure.
    /// </summary>
    /// <param name="enough">Asked before each name: whether the rest is to stay as it is.</param>
    public static void RemoveTree(SafeFileHandle dir, ReadOnlySpan<byte> name, SafeFileHandle attic, Func<bool>? enough = null)
    {
        const int deepest = 64;
        var pending = new Queue<byte[]>();
        var stopped = false;
        Remove(dir, name.ToArray(), 0);
        while (pending.TryDequeue(out var deep))
        {
            Remove(attic, deep, 0);
        }

        void Remove(SafeFileHandle parent, byte[] child, int depth)
        {
            stopped = stopped || enough?.Invoke() == true;
            if (stopped || !TryStat(parent, child, out var stat))
            {
                return;
            }

            if (stat.Kind != FileKind.Directory)
            {
                Unlink(parent, child);
                return;
            }

            if (depth == deepest)
            {
                var aside = Bytes.Of("deep-" + Guid.NewGuid().ToString("N"));
                if (TryRenameExisting(parent, child, attic, aside))
                {
                    pending.Enqueue(aside);
                }

                return;
            }

            const Resolve inside = Resolve.Beneath | Resolve.NoSymlinks | Resolve.NoMounts | Resolve.NoMagicLinks;
            if (!TryIn(parent, child, Open.Read | Open.Directory | Open.NoFollow, inside, out var opened, out var errno))
            {
                if (errno == Errno.NoEntry)
                {
                    return;
                }

                throw Failed(errno, "open", child);
            }

            using (opened)
            {
                try
                {
                    foreach (var below in Names(opened))
                    {
                        Remove(opened, below, depth + 1);
                    }
                }
                catch (PosixException e) when (e.Code == Errno.NoEntry)
                {
                    // Another command empties the same trash, and was here first.
                    return;
                }
            }

            if (!stopped)
            {
                RemoveEmpty(parent, child);
            }
        }
    }
}
