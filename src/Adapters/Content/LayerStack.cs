namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using Microsoft.Win32.SafeHandles;

/// <summary>One name as a stack of layers shows it: the uppermost that has it.</summary>
internal readonly record struct StackEntry(SafeFileHandle Directory, FileStat Stat);

/// <summary>
/// One directory in some layers, uppermost first, by overlay's rules: a whiteout, a name that is no directory and an opaque
/// directory hide what is below them.
/// </summary>
/// <param name="directories">Owned: closed with the stack.</param>
internal sealed class LayerStack(List<SafeFileHandle> directories) : IDisposable
{
    internal static LayerStack Empty => new([]);

    internal bool IsEmpty => directories.Count == 0;

    /// <summary>Names that some layer has here, those that it hides included.</summary>
    internal void Names(SortedSet<byte[]> into)
    {
        foreach (var directory in directories)
        {
            into.UnionWith(Fs.Names(directory));
        }
    }

    /// <summary>True where a layer has the name, or hides it: then nothing further down counts.</summary>
    internal bool TryFind(byte[] name, out StackEntry? entry)
    {
        foreach (var directory in directories)
        {
            if (Fs.TryStat(directory, name, out var stat))
            {
                entry = stat.IsWhiteout ? null : new StackEntry(directory, stat);
                return true;
            }
        }

        entry = null;
        return false;
    }

    /// <summary>The directory of that name in each layer, down to what hides it.</summary>
    /// <param name="through">Nothing has hidden what is further down.</param>
    internal LayerStack Enter(byte[] name, out bool through)
    {
        var below = new List<SafeFileHandle>();
        through = false;
        foreach (var directory in directories)
        {
            if (!Fs.TryStat(directory, name, out var stat))
            {
                continue;
            }

            if (stat.Kind != FileKind.Directory)
            {
                return new LayerStack(below);
            }

            var opened = Fs.In(directory, name, Open.Read | Open.Directory | Open.NoFollow, LayerReading.Inside);
            below.Add(opened);
            if (Overlay.IsOpaque(opened, default))
            {
                return new LayerStack(below);
            }
        }

        through = true;
        return new LayerStack(below);
    }

    public void Dispose()
    {
        foreach (var directory in directories)
        {
            directory.Dispose();
        }
    }
}
