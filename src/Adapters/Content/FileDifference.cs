namespace EventDock.Adapters.Content;

using System.Buffers;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using Microsoft.Win32.SafeHandles;

/// <summary>One name on two sides: type, mode, owner, attributes, content.</summary>
internal static class FileDifference
{
    private const int Step = 256 * 1024;

    /// <summary>Null where both are the same, or there is none.</summary>
    /// <param name="text">Up to how many bytes of a text file are read; 0: none.</param>
    internal static FileChange? Of(StackEntry? before, StackEntry? after, byte[] name, byte[] path, int text, CancellationToken cancel)
    {
        if (before is { } old && after is { } now)
        {
            // The very same file, seen by both.
            if (old.Stat.Inode == now.Stat.Inode && old.Stat.Device == now.Stat.Device)
            {
                return null;
            }

            var content = !SameContent(old, now, name, cancel);
            return content || !SameShape(old, now, name) ? new FileChange(File(old), File(now), content ? Text(old, now) : null) : null;
        }

        return before is null && after is null
            ? null
            : new FileChange(
                before is { } gone ? File(gone) : null, after is { } come ? File(come) : null, Text(before, after));

        LayerFile File(StackEntry entry) => LayerReading.File(entry.Directory, name, path, entry.Stat, opaque: false);

        TextChange? Text(StackEntry? one, StackEntry? other) => text == 0 ? null : TextOf(one, other, name, text);
    }

    private static bool SameShape(StackEntry a, StackEntry b, byte[] name) =>
        a.Stat.Kind == b.Stat.Kind
        && (a.Stat.Mode == b.Stat.Mode || a.Stat.Kind == FileKind.Symlink)
        && a.Stat.Uid == b.Stat.Uid && a.Stat.Gid == b.Stat.Gid
        && a.Stat.Major == b.Stat.Major && a.Stat.Minor == b.Stat.Minor
        && SameAttributes(Attributes(a, name), Attributes(b, name));

    private static Xattr[] Attributes(StackEntry entry, byte[] name) =>
        Xattrs.List(entry.Directory, name).Where(x => !x.Name.AsSpan().StartsWith(Overlay.Prefix)).ToArray();

    private static bool SameAttributes(Xattr[] a, Xattr[] b) =>
        a.Length == b.Length && Enumerable.Range(0, a.Length).All(n =>
            a[n].Name.AsSpan().SequenceEqual(b[n].Name) && a[n].Value.AsSpan().SequenceEqual(b[n].Value));

    /// <summary>Of files and links; of anything else nothing is read.</summary>
    private static bool SameContent(StackEntry a, StackEntry b, byte[] name, CancellationToken cancel) =>
        a.Stat.Kind == b.Stat.Kind && a.Stat.Kind switch
        {
            FileKind.Regular => a.Stat.Size == b.Stat.Size && SameBytes(a, b, name, cancel),
            FileKind.Symlink => Fs.ReadLink(a.Directory, name).AsSpan().SequenceEqual(Fs.ReadLink(b.Directory, name)),
            _ => true,
        };

    private static bool SameBytes(StackEntry a, StackEntry b, byte[] name, CancellationToken cancel)
    {
        using var left = Opened(a, name);
        using var right = Opened(b, name);
        var (one, other) = (ArrayPool<byte>.Shared.Rent(Step), ArrayPool<byte>.Shared.Rent(Step));
        try
        {
            for (long at = 0; ;)
            {
                cancel.ThrowIfCancellationRequested();
                var n = Fs.ReadAt(left, one.AsSpan(0, Step), at);
                var m = Fs.ReadAt(right, other.AsSpan(0, Step), at);
                if (n != m || !one.AsSpan(0, n).SequenceEqual(other.AsSpan(0, m)))
                {
                    return false;
                }

                if (n == 0)
                {
                    return true;
                }

                at += n;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(one);
            ArrayPool<byte>.Shared.Return(other);
        }
    }

    /// <summary>Null where neither is a file or link.</summary>
    private static TextChange? TextOf(StackEntry? before, StackEntry? after, byte[] name, int most)
    {
        if (!HasText(before) && !HasText(after))
        {
            return null;
        }

        return IsLong(before) || IsLong(after)
            ? new TextChange("", "", $"longer than {most} bytes")
            : Read(before, name) is { } old && Read(after, name) is { } now ? new TextChange(old, now, null)
            : new TextChange("", "", "binary");

        bool IsLong(StackEntry? entry) => HasText(entry) && entry!.Value.Stat.Size > most;
    }

    private static bool HasText(StackEntry? entry) => entry is { Stat.Kind: FileKind.Regular or FileKind.Symlink };

    /// <summary>Null where it is no text: not UTF-8, or with a NUL in it.</summary>
    private static string? Read(StackEntry? entry, byte[] name)
    {
        if (!HasText(entry))
        {
            return "";
        }

        var bytes = entry!.Value.Stat.Kind == FileKind.Symlink ? Fs.ReadLink(entry.Value.Directory, name) : Whole(entry.Value, name);
        return !bytes.AsSpan().Contains((byte)0) && Bytes.TryText(bytes, out var text) ? text : null;
    }

    private static byte[] Whole(StackEntry entry, byte[] name)
    {
        using var file = Opened(entry, name);
        var buffer = new byte[entry.Stat.Size];
        var length = 0;
        while (length < buffer.Length && Fs.ReadAt(file, buffer.AsSpan(length), length) is var n and > 0)
        {
            length += n;
        }

        return buffer[..length];
    }

    private static SafeFileHandle Opened(StackEntry entry, byte[] name) =>
        Fs.TryOpenRegular(entry.Directory, name, out var file, out _)
            ? file
            : throw new RefusedException(new DomainError.FileFailed(Bytes.Show(name), "changed while it was read"));
}
