namespace EventDock.Adapters.Content;

using System.Buffers;
using EventDock.Adapters.Posix;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// Two trees, name by name: what a blob unpacks to, and what stands in the layer. Times of directories are not compared, nor
/// attributes that overlayfs sets by itself where a layer has been an upper directory.
/// </summary>
internal sealed class TreeComparison(int most, CancellationToken cancel)
{
    private const int Deepest = 1024;
    private const Resolve Inside = Resolve.Beneath | Resolve.NoSymlinks | Resolve.NoMounts | Resolve.NoMagicLinks;

    private readonly List<(byte[] Path, string What)> differences = [];

    /// <summary>At most as many as were asked for.</summary>
    internal IReadOnlyList<(byte[] Path, string What)> Run(SafeFileHandle wanted, SafeFileHandle found)
    {
        Walk(wanted, found, [], 0);
        return differences;
    }

    private void Walk(SafeFileHandle wanted, SafeFileHandle found, byte[] path, int depth)
    {
        List<byte[]> left = Fs.SortedNames(wanted), right = Fs.SortedNames(found);
        for (int l = 0, r = 0; (l < left.Count || r < right.Count) && differences.Count < most;)
        {
            cancel.ThrowIfCancellationRequested();
            var order = l == left.Count ? 1 : r == right.Count ? -1 : ByteOrder.Instance.Compare(left[l], right[r]);
            if (order < 0)
            {
                Differs(path, left[l++], "is missing");
            }
            else if (order > 0)
            {
                // A socket is bound to a process that is gone: no archive has it.
                if (Fs.TryStat(found, right[r], out var more) && more.Kind != FileKind.Socket)
                {
                    Differs(path, right[r], "is not in its blob");
                }

                r++;
            }
            else
            {
                Compare(wanted, found, left[l], path, depth);
                l++;
                r++;
            }
        }
    }

    private void Compare(SafeFileHandle wanted, SafeFileHandle found, byte[] name, byte[] path, int depth)
    {
        FileStat a = Fs.Stat(wanted, name), b = Fs.Stat(found, name);
        var what = Shape(wanted, found, name, a, b);
        if (what is not null)
        {
            Differs(path, name, what);
        }
        else if (a.Kind == FileKind.Directory && depth < Deepest)
        {
            using var below = Fs.In(wanted, name, Open.Read | Open.Directory | Open.NoFollow, Inside);
            using var beside = Fs.In(found, name, Open.Read | Open.Directory | Open.NoFollow, Inside);
            Walk(below, beside, Bytes.Join(path, name), depth + 1);
        }
        else if (a.Kind == FileKind.Regular && !SameContent(wanted, found, name, a.Size))
        {
            Differs(path, name, "has other content");
        }
    }

    private static string? Shape(SafeFileHandle wanted, SafeFileHandle found, byte[] name, FileStat a, FileStat b) =>
        a.Kind != b.Kind || a.IsWhiteout != b.IsWhiteout ? "is of another type"
        : a.IsWhiteout ? null
        : a.Mode != b.Mode && a.Kind != FileKind.Symlink ? "has another mode"
        : a.Uid != b.Uid || a.Gid != b.Gid ? "has another owner"
        : a.Major != b.Major || a.Minor != b.Minor ? "is another device"
        : a.Kind == FileKind.Regular && a.Size != b.Size ? "has another size"
        : a.Kind == FileKind.Symlink && !Fs.ReadLink(wanted, name).AsSpan().SequenceEqual(Fs.ReadLink(found, name)) ? "leads elsewhere"
        : a.Kind != FileKind.Directory && a.Modified != b.Modified ? "has another time"
        : !SameAttributes(Xattrs.List(wanted, name), Xattrs.List(found, name)) ? "has other attributes"
        : null;

    private static bool SameAttributes(IReadOnlyList<Xattr> wanted, IReadOnlyList<Xattr> found)
    {
        Xattr[] a = wanted.Where(Counts).ToArray(), b = found.Where(Counts).ToArray();
        return a.Length == b.Length && Enumerable.Range(0, a.Length).All(n =>
            a[n].Name.AsSpan().SequenceEqual(b[n].Name) && a[n].Value.AsSpan().SequenceEqual(b[n].Value));
    }

    private static bool Counts(Xattr x) =>
        !x.Name.AsSpan().StartsWith(Overlay.Prefix) || x.Name.AsSpan().SequenceEqual("trusted.overlay.opaque"u8);

    private bool SameContent(SafeFileHandle wanted, SafeFileHandle found, byte[] name, long size)
    {
        if (!Fs.TryOpenRegular(wanted, name, out var a, out _) || !Fs.TryOpenRegular(found, name, out var b, out _))
        {
            return false;
        }

        using (a)
        using (b)
        {
            var left = ArrayPool<byte>.Shared.Rent(256 * 1024);
            var right = ArrayPool<byte>.Shared.Rent(256 * 1024);
            try
            {
                for (long at = 0; at < size;)
                {
                    cancel.ThrowIfCancellationRequested();
                    var n = Fs.ReadAt(a, left.AsSpan(0, 256 * 1024), at);
                    var m = Fs.ReadAt(b, right.AsSpan(0, 256 * 1024), at);
                    if (n != m || n == 0 || !left.AsSpan(0, n).SequenceEqual(right.AsSpan(0, m)))
                    {
                        return false;
                    }

                    at += n;
                }

                return true;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(left);
                ArrayPool<byte>.Shared.Return(right);
            }
        }
    }

    private void Differs(byte[] path, byte[] name, string what) => differences.Add((Bytes.Join(path, name), what));
}
