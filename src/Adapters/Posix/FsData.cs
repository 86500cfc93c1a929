namespace EventDock.Adapters.Posix;

using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

/// <summary>A stretch of a file that holds data.</summary>
public readonly record struct DataRange(long Offset, long Length);

public static unsafe partial class Fs
{
    private const int SeekData = 3;
    private const int SeekHole = 4;

    /// <summary>
    /// Opens a regular file that somebody hostile may have made: opened without its content, looked at, and only when it is
    /// regular opened anew through /proc/self/fd, so that neither a FIFO blocks nor a device is touched. False where it is
    /// something else (or gone).
    /// </summary>
    public static bool TryOpenRegular(SafeFileHandle dir, ReadOnlySpan<byte> name, out SafeFileHandle file, out FileStat stat)
    {
        stat = default;
        if (!TryAt(dir, name, Open.PathOnly | Open.NoFollow, 0, out file, out _))
        {
            return false;
        }

        using var path = file;
        stat = Stat(path);
        return stat.Kind == FileKind.Regular
            && TryAt(Cwd, ProcPath(path), Open.Read | Open.NonBlock, 0, out file, out _);
    }

    /// <summary>The path by which an open descriptor can be named.</summary>
    public static byte[] ProcPath(SafeFileHandle file) => Bytes.Of($"/proc/self/fd/{file.DangerousGetHandle()}");

    public static int ReadAt(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        fixed (byte* p = buffer)
        {
            while (true)
            {
                var n = Libc.PRead(file, p, buffer.Length, offset);
                if (n >= 0)
                {
                    return (int)n;
                }

                if (Marshal.GetLastPInvokeError() is var errno and not Errno.Interrupted)
                {
                    throw Failed(errno, "read", file);
                }
            }
        }
    }

    /// <summary>All of it, at the file's position.</summary>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes)
        {
            for (var done = 0; done < bytes.Length;)
            {
                done += Written(file, Libc.Write(file, p + done, bytes.Length - done));
            }
        }
    }

    public static void WriteAt(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* p = bytes)
        {
            for (var done = 0; done < bytes.Length;)
            {
                done += Written(file, Libc.PWrite(file, p + done, bytes.Length - done, offset + done));
            }
        }
    }

    private static int Written(SafeFileHandle file, nint n)
    {
        if (n >= 0)
        {
            return (int)n;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.Interrupted ? 0 : throw Failed(errno, "write", file);
    }

    /// <summary>Blocks for so many bytes, whatever is written there later (posix_fallocate).</summary>
    public static void Allocate(SafeFileHandle file, long length)
    {
        if (Libc.Allocate(file, 0, length) is var errno and not 0)
        {
            throw Failed(errno, "allocate", file);
        }
    }

    public static void SetLength(SafeFileHandle file, long length) => Check(Libc.FTruncate(file, length), "truncate", file);

    /// <summary>The stretches that hold data up to <paramref name="size"/>: holes are found, not read.</summary>
    public static IEnumerable<DataRange> DataRanges(SafeFileHandle file, long size)
    {
        for (long at = 0; at < size;)
        {
            var data = Libc.LSeek(file, at, SeekData);
            if (data < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.NoDevice)
                {
                    yield break;
                }

                throw Failed(errno, "seek", file);
            }

            var hole = Libc.LSeek(file, data, SeekHole);
            if (hole < 0)
            {
                throw Failed(Marshal.GetLastPInvokeError(), "seek", file);
            }

            if (data >= size)
            {
                yield break;
            }

            at = Math.Min(hole, size);
            yield return new DataRange(data, at - data);
        }
    }

    /// <summary>
    /// Copies a file's bytes to the start of an empty one, in the kernel where it can (a reflink costs nothing), holes kept.
    /// </summary>
    public static void CopyData(SafeFileHandle from, SafeFileHandle to, long size, CancellationToken cancel)
    {
        const int step = 8 << 20;
        var inKernel = true;
        foreach (var range in DataRanges(from, size))
        {
            for (long done = 0; done < range.Length;)
            {
                cancel.ThrowIfCancellationRequested();
                long source = range.Offset + done, target = source;
                var n = inKernel ? Libc.CopyFileRange(from, &source, to, &target, (nint)Math.Min(step, range.Length - done), 0) : -1;
                if (n < 0)
                {
                    // Between two file systems (EXDEV), or on one that cannot: every reason to try the plain way.
                    inKernel = false;
                    n = CopySlowly(from, to, range.Offset + done, range.Length - done);
                }

                if (n == 0)
                {
                    throw Failed(Errno.InputOutput, "copy", from);
                }

                done += n;
            }
        }

        SetLength(to, size);
    }

    private static int CopySlowly(SafeFileHandle from, SafeFileHandle to, long offset, long length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            var n = ReadAt(from, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length)), offset);
            WriteAt(to, buffer.AsSpan(0, n), offset);
            return n;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A whole small file; null where it is not there.</summary>
    public static byte[]? ReadAll(SafeFileHandle dir, ReadOnlySpan<byte> path)
    {
        if (!TryAt(dir, path, Open.Read | Open.NoFollow, 0, out var file, out var errno))
        {
            return errno is Errno.NoEntry or Errno.NotDirectory ? null : throw Failed(errno, "open", path);
        }

        using (file)
        {
            var buffer = new byte[Stat(file).Size];
            var length = 0;
            while (length < buffer.Length && ReadAt(file, buffer.AsSpan(length), length) is var n and > 0)
            {
                length += n;
            }

            return length == buffer.Length ? buffer : buffer[..length];
        }
    }
}
