namespace EventDock.Adapters.Content;

using System.Buffers;
using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// An overlay upper directory as a layer's archive (OCI image-spec, layer.md): names in byte order, parents first, 0:0 devices
/// as whiteouts, opaque directories with theirs, hard links by their first name. The directory may be a hostile process's
/// work: only regular files are opened, holes are not read, overlayfs's own attributes are taken off.
/// </summary>
internal sealed partial class UpperArchive(Stream target, string what, CancellationToken cancel)
{
    // Deeper than any path that Linux takes, given in one piece, can be.
    private const int Deepest = 1024;

    /// <summary>
    /// The tree is a mounted root and no upper directory: nothing in it is a whiteout or overlayfs's own, and a container may
    /// be at work in it, so what goes away on the way is left out, what becomes shorter is filled up, and nothing is changed.
    /// </summary>
    internal bool Merged { get; init; }

    private readonly TarWriter tar = new(target);
    private readonly Dictionary<(ulong Device, ulong Inode), byte[]> linked = [];
    private long size;

    /// <summary>Writes all of it; the bytes of the regular files in it.</summary>
    internal long Write(SafeFileHandle upper, bool withRoot)
    {
        if (Comment is { } comment)
        {
            tar.Comment(comment);
        }

        if (withRoot)
        {
            var root = Fs.Stat(upper);
            tar.Entry(Entry("./"u8.ToArray(), TarKind.Directory, root, Attributes(upper, "."u8, [], out _)));
        }

        Walk(upper, [], 0);
        tar.End();
        return size;
    }

    private void Walk(SafeFileHandle directory, byte[] path, int depth)
    {
        if (depth > Deepest)
        {
            throw Refused(path, $"deeper than {Deepest} directories");
        }

        foreach (var name in Fs.SortedNames(directory))
        {
            cancel.ThrowIfCancellationRequested();
            if (!Merged && name.AsSpan().StartsWith(".wh."u8))
            {
                throw Refused(Bytes.Join(path, name), "a name that begins with .wh. would be read as a whiteout");
            }

            try
            {
                Write(directory, name, Bytes.Join(path, name), depth);
            }
            catch (PosixException e) when (Moving && e.Code == Errno.NoEntry)
            {
                // Gone before its header was written, or a directory before it was opened: what stands in the archive is whole.
            }
        }
    }

    private void Write(SafeFileHandle directory, byte[] name, byte[] path, int depth)
    {
        var stat = Fs.Stat(directory, name);
        if (path.Length > 4094)
        {
            throw Refused(path, "its path is longer than 4094 bytes");
        }

        if (!Merged && stat.IsWhiteout)
        {
            tar.Entry(Empty(Whiteout(path, name)));
            return;
        }

        if (stat.Kind == FileKind.Socket)
        {
            // Bound to a process that is gone; tar has no form for it.
            return;
        }

        var attributes = Attributes(directory, name, path, out var opaque);
        if (stat.Kind == FileKind.Directory)
        {
            WriteDirectory(directory, name, path, stat, attributes, opaque, depth);
            return;
        }

        if (stat.Links > 1)
        {
            if (linked.TryGetValue((stat.Device, stat.Inode), out var first))
            {
                tar.Entry(Entry(path, TarKind.HardLink, stat, []) with { Link = first });
                return;
            }

            linked.Add((stat.Device, stat.Inode), path);
        }

        switch (stat.Kind)
        {
            case FileKind.Regular:
                WriteFile(directory, name, path, attributes);
                return;
            case FileKind.Symlink:
                tar.Entry(Entry(path, TarKind.Symlink, stat, attributes) with { Link = Fs.ReadLink(directory, name) });
                return;
            case FileKind.CharDevice:
                tar.Entry(Entry(path, TarKind.CharDevice, stat, attributes));
                return;
            case FileKind.BlockDevice:
                tar.Entry(Entry(path, TarKind.BlockDevice, stat, attributes));
                return;
            default:
                tar.Entry(Entry(path, TarKind.Fifo, stat, attributes));
                return;
        }
    }

    private void WriteDirectory(
        SafeFileHandle directory, byte[] name, byte[] path, FileStat stat, IReadOnlyList<Xattr> attributes, bool opaque, int depth)
    {
        tar.Entry(Entry([.. path, (byte)'/'], TarKind.Directory, stat, attributes));
        if (opaque)
        {
            tar.Entry(Empty(Bytes.Join(path, ".wh..wh..opq"u8)));
        }

        using var below = Fs.In(directory, name, Open.Read | Open.Directory | Open.NoFollow, Inside);
        Walk(below, path, depth + 1);
    }

    private void WriteFile(SafeFileHandle directory, byte[] name, byte[] path, IReadOnlyList<Xattr> attributes)
    {
        if (!Fs.TryOpenRegular(directory, name, out var file, out var stat))
        {
            if (Moving)
            {
                return;
            }

            throw Refused(path, "it changed while it was read");
        }

        using (file)
        {
            var entry = Entry(path, TarKind.Regular, stat, attributes) with { Size = stat.Size };
            var ranges = Fs.DataRanges(file, stat.Size).ToList();
            if (stat.Size >= SparseFrom && ranges.Sum(r => r.Length) < stat.Size)
            {
                entry = entry with { Sparse = ranges };
                tar.Entry(entry);
                ranges.ForEach(range => Copy(file, path, range));
            }
            else
            {
                tar.Entry(entry);
                Dense(file, path, ranges, stat.Size);
            }

            size += stat.Size;
        }
    }

    private void Dense(SafeFileHandle file, byte[] path, List<DataRange> ranges, long length)
    {
        long at = 0;
        foreach (var range in ranges)
        {
            Zeros(range.Offset - at);
            Copy(file, path, range);
            at = range.Offset + range.Length;
        }

        Zeros(length - at);
    }

    private void Copy(SafeFileHandle file, byte[] path, DataRange range)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            for (long done = 0; done < range.Length;)
            {
                cancel.ThrowIfCancellationRequested();
                var wanted = (int)Math.Min(buffer.Length, range.Length - done);
                var n = Fs.ReadAt(file, buffer.AsSpan(0, wanted), range.Offset + done);
                if (n == 0)
                {
                    if (!Moving)
                    {
                        throw Refused(path, "it became shorter while it was read");
                    }

                    Zeros(range.Length - done);
                    return;
                }

                tar.Data(buffer.AsSpan(0, n));
                done += n;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Zeros(long count)
    {
        Span<byte> zeros = stackalloc byte[4096];
        zeros.Clear();
        for (; count > 0; count -= Math.Min(count, zeros.Length))
        {
            cancel.ThrowIfCancellationRequested();
            tar.Data(zeros[..(int)Math.Min(count, zeros.Length)]);
        }
    }

    /// <summary>
    /// What the layer keeps; overlayfs's bookkeeping is taken off the file. A redirect or a file without its data would need the
    /// layers below to be what they were: we mount without both, so they are somebody's work.
    /// </summary>
    private IReadOnlyList<Xattr> Attributes(SafeFileHandle directory, ReadOnlySpan<byte> name, byte[] path, out bool opaque)
    {
        opaque = false;
        var all = Xattrs.List(directory, name);
        if (all.Count == 0)
        {
            return all;
        }

        var kept = new List<Xattr>();
        foreach (var x in all)
        {
            if (!x.Name.AsSpan().StartsWith(Overlay.Prefix))
            {
                // pax ends a key at its first equals sign.
                if (!x.Name.AsSpan().Contains((byte)'='))
                {
                    kept.Add(x);
                }
                else if (!Merged)
                {
                    throw Refused(path, "an attribute's name has an equals sign in it, for which no archive has a form");
                }

                continue;
            }

            if (Merged)
            {
                continue;
            }

            switch (Bytes.Show(x.Name.AsSpan(Overlay.Prefix.Length)))
            {
                case "opaque" when x.Value is [(byte)'y']:
                    opaque = true;
                    break;
                case "origin" or "impure" or "nlink" or "uuid" or "upper" when Live:
                    break;
                case "origin" or "impure" or "nlink" or "uuid" or "upper":
                    Xattrs.Remove(directory, name, x.Name);
                    break;
                default:
                    throw Refused(path, $"it has the attribute {Bytes.Show(x.Name)}");
            }
        }

        return kept;
    }

    private static TarEntry Entry(byte[] path, TarKind kind, FileStat stat, IReadOnlyList<Xattr> attributes) =>
        new(path, kind, [], stat.Mode, stat.Uid, stat.Gid, 0, stat.Modified,
            kind is TarKind.CharDevice or TarKind.BlockDevice ? stat.Major : 0,
            kind is TarKind.CharDevice or TarKind.BlockDevice ? stat.Minor : 0, attributes, null);

    // A whiteout has no time of its own that would mean anything: 1970, so that the bytes are the same again.
    private static TarEntry Empty(byte[] path) => new(path, TarKind.Regular, [], 0, 0, 0, 0, default, 0, 0, [], null);

    private static byte[] Whiteout(byte[] path, byte[] name) => [.. path.AsSpan(0, path.Length - name.Length), .. ".wh."u8, .. name];

    private RefusedException Refused(byte[] path, string reason) =>
        new(new DomainError.BadContent(what, $"{Bytes.Show(path)}: {reason}"));
}
