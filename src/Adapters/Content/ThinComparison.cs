namespace EventDock.Adapters.Content;

using System.Diagnostics;
using EventDock.Adapters.Posix;
using EventDock.Domain.Layers;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// An upper directory against the layers below it, as docker's diff compares: not what overlayfs has copied up counts, but what is
/// otherwise than below. A directory is named for what is in it; of one that is gone, or new, or no directory any more, what the
/// layers below have in it is not. Hostile as the tree is, nothing but directories is opened. What a <see cref="ThinScan"/> would have
/// found comes with it, so that who wants both walks once.
/// </summary>
internal sealed class ThinComparison(ThinLimits limits, CancellationToken cancel)
{
    private const int Deepest = 200;
    private const int ListedFrom = 32;
    private const Resolve Inside = Resolve.Beneath | Resolve.NoSymlinks | Resolve.NoMounts | Resolve.NoMagicLinks;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly List<ThinLine> lines = [];
    private readonly List<ThinEntry> entries = [];
    private int seen;
    private string? incomplete;

    /// <summary>Why the walk is not whole; null where it is.</summary>
    internal string? Incomplete => incomplete;

    /// <summary>As a scan has them, sorted.</summary>
    internal List<ThinEntry> Entries
    {
        get
        {
            entries.Sort((x, y) => ByteOrder.Instance.Compare(x.Path, y.Path));
            return entries;
        }
    }

    /// <param name="lowers">The layers' directories, uppermost first.</param>
    internal ThinDifference Run(SafeFileHandle upper, IReadOnlyList<SafeFileHandle> lowers)
    {
        Walk(upper, new LowerDirectories(lowers), [], hiding: false, 0);
        return new ThinDifference(lines.ToSeq().Strict(), incomplete);
    }

    private void Walk(SafeFileHandle directory, LowerDirectories lower, byte[] path, bool hiding, int depth)
    {
        var names = Fs.SortedNames(directory);
        lower.Expect(names.Count >= ListedFrom);
        var gone = new List<byte[]>();
        foreach (var name in names)
        {
            cancel.ThrowIfCancellationRequested();
            if (++seen > limits.Paths || clock.Elapsed > limits.Walk)
            {
                incomplete ??= seen > limits.Paths ? $"more than {limits.Paths} paths" : $"longer than {limits.Walk.TotalSeconds:0} s";
                return;
            }

            if (!Fs.TryStat(directory, name, out var stat))
            {
                continue;
            }

            if (!stat.IsWhiteout)
            {
                Take(directory, lower, name, Bytes.Join(path, name), stat, hiding, depth);
            }
            else
            {
                var below = lower.Has(name);
                entries.Add(new ThinEntry(Bytes.Join(path, name), stat, Hidden: true, below));
                if (below)
                {
                    gone.Add(name);
                }
            }
        }

        if (hiding)
        {
            // What an opaque directory hides has no name of its own in the upper directory.
            var present = new System.Collections.Generic.HashSet<byte[]>(names, ByteOrder.Instance);
            var hidden = lower.Names().Where(name => !present.Contains(name)).ToList();
            entries.AddRange(hidden.Select(name => new ThinEntry(Bytes.Join(path, name), default, Hidden: true, InLower: true)));
            gone.AddRange(hidden);
            gone.Sort(ByteOrder.Instance);
        }

        gone.ForEach(name => lines.Add(new ThinLine("D", Bytes.Join(path, name))));
    }

    private void Take(
        SafeFileHandle directory, LowerDirectories lower, byte[] name, byte[] path, FileStat stat, bool hiding, int depth)
    {
        var at = lines.Count;
        var known = lower.TryFind(name, out var below, out var holder);
        entries.Add(new ThinEntry(path, stat, Hidden: false, known));
        if (!known || Differ(directory, stat, holder, below, name))
        {
            lines.Add(new ThinLine(known ? "C" : "A", path));
        }

        if (stat.Kind != FileKind.Directory)
        {
            return;
        }

        if (depth >= Deepest)
        {
            incomplete ??= $"deeper than {Deepest} directories";
            return;
        }

        var named = lines.Count > at;
        if (!Fs.TryIn(directory, name, Open.Read | Open.Directory | Open.NoFollow, Inside, out var opened, out _))
        {
            opened.Dispose();
            incomplete ??= "changed while it was read";
            return;
        }

        using (opened)
        using (var under = lower.Enter(name))
        {
            Walk(opened, under, path, hiding || (!under.IsEmpty && Overlay.IsOpaque(opened, default)), depth + 1);
        }

        if (!named && lines.Count > at)
        {
            lines.Insert(at, new ThinLine("C", path));
        }
    }

    /// <summary>A directory's size and time say nothing; of a time without nanoseconds only the seconds count.</summary>
    private static bool Differ(SafeFileHandle directory, FileStat stat, SafeFileHandle holder, FileStat below, byte[] name) =>
        stat.Kind != below.Kind || stat.Mode != below.Mode || stat.Uid != below.Uid || stat.Gid != below.Gid
        || stat.Major != below.Major || stat.Minor != below.Minor
        || (stat.Kind != FileKind.Directory && (stat.Size != below.Size || !SameTime(stat.Modified, below.Modified)))
        || (stat.Kind == FileKind.Regular && !SameCapability(directory, holder, name));

    private static bool SameTime(FileTime a, FileTime b) =>
        a.Seconds == b.Seconds && (a.Nanoseconds == b.Nanoseconds || a.Nanoseconds == 0 || b.Nanoseconds == 0);

    private static bool SameCapability(SafeFileHandle a, SafeFileHandle b, byte[] name) =>
        (Xattrs.Get(a, name, "security.capability"u8) ?? []).AsSpan().SequenceEqual(Xattrs.Get(b, name, "security.capability"u8) ?? []);
}
