namespace EventDock.Adapters.Content;

using System.Diagnostics;
using EventDock.Adapters.Posix;
using Microsoft.Win32.SafeHandles;

/// <summary>One path of a thin layer as a scan has found it.</summary>
/// <param name="Path">From the root, without a leading slash.</param>
/// <param name="Hidden">A name of the layers below that is gone: by a whiteout, or since an opaque directory replaced its own.</param>
/// <param name="InLower">The layers below have the path, too.</param>
internal readonly record struct ThinEntry(byte[] Path, FileStat Stat, bool Hidden, bool InLower)
{
    /// <summary>Nothing about it has changed, as far as an inode tells.</summary>
    internal bool Same(in ThinEntry other) =>
        Hidden == other.Hidden
        && (Hidden
            || (Stat.Kind == other.Stat.Kind && Stat.Mode == other.Stat.Mode && Stat.Uid == other.Stat.Uid && Stat.Gid == other.Stat.Gid
                && (Stat.Kind == FileKind.Directory || Stat.Size == other.Stat.Size) && Stat.Modified == other.Stat.Modified
                && Stat.Changed == other.Stat.Changed && Stat.Major == other.Stat.Major && Stat.Minor == other.Stat.Minor));
}

/// <summary>
/// Walks an upper directory, hostile as it is: nothing but directories is opened, and number, depth and time
/// have their limits.
/// </summary>
internal sealed class ThinScan(int most, TimeSpan longest, CancellationToken cancel)
{
    // One descriptor a level, and one for each layer that has the same directory.
    private const int Deepest = 200;
    private const int ListedFrom = 32;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly List<ThinEntry> entries = [];

    /// <summary>Why the walk is not whole; null where it is.</summary>
    internal string? Incomplete { get; private set; }

    /// <param name="lowers">The layers' directories, uppermost first.</param>
    internal List<ThinEntry> Run(SafeFileHandle upper, IReadOnlyList<SafeFileHandle> lowers)
    {
        Walk(upper, new LowerDirectories(lowers), [], hiding: false, 0);
        entries.Sort((x, y) => ByteOrder.Instance.Compare(x.Path, y.Path));
        return entries;
    }

    private void Walk(SafeFileHandle directory, LowerDirectories lower, byte[] path, bool hiding, int depth)
    {
        var names = Fs.Names(directory);
        lower.Expect(names.Count >= ListedFrom);
        foreach (var name in names)
        {
            cancel.ThrowIfCancellationRequested();
            if (entries.Count >= most || clock.Elapsed > longest)
            {
                Incomplete ??= entries.Count >= most ? $"more than {most} paths" : $"longer than {longest.TotalSeconds:0} s";
                return;
            }

            if (Fs.TryStat(directory, name, out var stat))
            {
                Take(directory, lower, name, Bytes.Join(path, name), stat, hiding, depth);
            }
        }

        if (hiding)
        {
            AddHidden(lower, names, path);
        }
    }

    private void Take(
        SafeFileHandle directory, LowerDirectories lower, byte[] name, byte[] path, FileStat stat, bool hiding, int depth)
    {
        var inLower = lower.Has(name);
        entries.Add(new ThinEntry(path, stat, stat.IsWhiteout, inLower));
        if (stat.Kind != FileKind.Directory)
        {
            return;
        }

        if (depth >= Deepest)
        {
            Incomplete ??= $"deeper than {Deepest} directories";
            return;
        }

        const Resolve inside = Resolve.Beneath | Resolve.NoSymlinks | Resolve.NoMounts | Resolve.NoMagicLinks;
        if (!Fs.TryIn(directory, name, Open.Read | Open.Directory | Open.NoFollow, inside, out var opened, out _))
        {
            // Gone or swapped while we look: the container (an exec beside us) still runs; the next scan sees it.
            opened.Dispose();
            Incomplete ??= "changed while it was read";
            return;
        }

        using (opened)
        using (var below = lower.Enter(name))
        {
            Walk(opened, below, path, hiding || (!below.IsEmpty && Overlay.IsOpaque(opened, default)), depth + 1);
        }
    }

    // What an opaque directory hides has no name of its own in the upper directory.
    private void AddHidden(LowerDirectories lower, List<byte[]> names, byte[] path)
    {
        var present = new System.Collections.Generic.HashSet<byte[]>(names, ByteOrder.Instance);
        foreach (var name in lower.Names())
        {
            if (!present.Contains(name))
            {
                entries.Add(new ThinEntry(Bytes.Join(path, name), default, true, true));
            }
        }
    }
}
