namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Domain.Layers;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// What two stacks of layers show otherwise. Layers that both have at their base are asked only about names that a layer above
/// touches, so that a small change over a large base is found in the time that the change takes. Times are not compared: the same
/// files made twice are the same.
/// </summary>
internal sealed class StackComparison(LayerStack none, int text, Func<FileChange, Unit> each, CancellationToken cancel)
{
    internal static Unit Run(Paths paths, LayerComparison what, Func<FileChange, Unit> each, CancellationToken cancel)
    {
        using var shared = Opened(paths, what.Before.Take(what.Shared));
        using var before = Opened(paths, what.Before.Skip(what.Shared));
        using var after = Opened(paths, what.After.Skip(what.Shared));
        using var none = LayerStack.Empty;
        new StackComparison(none, what.Text, each, cancel).Walk(new Side(before, true), new Side(after, true), shared, [], 0);
        return LayerReading.StillThere(paths, what.Before.Concat(what.After).Distinct());
    }

    /// <summary>A directory as one of the two has it.</summary>
    /// <param name="Own">In layers that the other has not.</param>
    /// <param name="Base">What the shared layers have here is not hidden.</param>
    private readonly record struct Side(LayerStack Own, bool Base);

    private static LayerStack Opened(Paths paths, IEnumerable<string> layers)
    {
        var opened = new List<SafeFileHandle>();
        try
        {
            foreach (var id in layers.Reverse())
            {
                opened.Add(LayerReading.Open(paths, id));
            }

            var stack = new LayerStack(opened.ToList());
            opened.Clear();
            return stack;
        }
        finally
        {
            // What is left here has no owner: a layer could not be opened.
            opened.ForEach(handle => handle.Dispose());
        }
    }

    private void Walk(Side before, Side after, LayerStack shared, byte[] path, int depth)
    {
        if (before.Own.IsEmpty && after.Own.IsEmpty && (before.Base == after.Base || shared.IsEmpty))
        {
            return;
        }

        if (LayerReading.IsTooDeep(depth))
        {
            throw LayerReading.TooDeep(path);
        }

        var names = new SortedSet<byte[]>(ByteOrder.Instance);
        before.Own.Names(names);
        after.Own.Names(names);
        if (before.Base != after.Base)
        {
            shared.Names(names);
        }

        foreach (var name in names)
        {
            cancel.ThrowIfCancellationRequested();
            Compare(before, after, shared, name, Bytes.Join(path, name), depth);
        }
    }

    private void Compare(Side before, Side after, LayerStack shared, byte[] name, byte[] path, int depth)
    {
        var (old, now) = (Find(before, shared, name), Find(after, shared, name));
        if (FileDifference.Of(old, now, name, path, text, cancel) is { } change)
        {
            each(change);
        }

        var (left, right) = (IsDirectory(old), IsDirectory(now));
        if (!left && !right)
        {
            return;
        }

        using var below = shared.Enter(name, out _);
        var (ownBefore, baseBefore) = left ? Enter(before, name) : (none, false);
        var (ownAfter, baseAfter) = right ? Enter(after, name) : (none, false);
        using var a = ownBefore == none ? null : ownBefore;
        using var b = ownAfter == none ? null : ownAfter;
        Walk(new Side(ownBefore, baseBefore), new Side(ownAfter, baseAfter), below, path, depth + 1);
    }

    private static (LayerStack Own, bool Base) Enter(Side side, byte[] name)
    {
        var own = side.Own.Enter(name, out var through);
        return (own, through && side.Base);
    }

    private static StackEntry? Find(Side side, LayerStack shared, byte[] name) =>
        side.Own.TryFind(name, out var own) ? own
        : side.Base && shared.TryFind(name, out var below) ? below
        : null;

    private static bool IsDirectory(StackEntry? entry) => entry is { Stat.Kind: FileKind.Directory };
}
