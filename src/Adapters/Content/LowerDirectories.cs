namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using Microsoft.Win32.SafeHandles;

/// <summary>What the layers below have at one path: their directories there, uppermost first, as overlayfs would merge them.</summary>
internal sealed class LowerDirectories : IDisposable
{
    private readonly IReadOnlyList<SafeFileHandle> directories;
    private readonly bool owned;
    private Dictionary<byte[], bool>? listing;
    private bool list;

    internal LowerDirectories(IReadOnlyList<SafeFileHandle> directories)
        : this(directories, owned: false)
    {
    }

    private LowerDirectories(IReadOnlyList<SafeFileHandle> directories, bool owned)
    {
        this.directories = directories;
        this.owned = owned;
    }

    internal bool IsEmpty => directories.Count == 0;

    /// <summary>Many names will be asked for: reading the directories once is then cheaper.</summary>
    internal void Expect(bool many) => list = many;

    internal bool Has(byte[] name)
    {
        if (IsEmpty)
        {
            return false;
        }

        if (list)
        {
            return Listing().GetValueOrDefault(name);
        }

        foreach (var directory in directories)
        {
            if (Fs.TryStat(directory, name, out var stat))
            {
                return !stat.IsWhiteout;
            }
        }

        return false;
    }

    /// <summary>What the uppermost layer that has the name has there, and its directory.</summary>
    internal bool TryFind(byte[] name, out FileStat stat, out SafeFileHandle holder)
    {
        if (!list || Listing().GetValueOrDefault(name))
        {
            foreach (var directory in directories)
            {
                if (Fs.TryStat(directory, name, out stat))
                {
                    holder = directory;
                    return !stat.IsWhiteout;
                }
            }
        }

        stat = default;
        holder = Fs.Cwd;
        return false;
    }

    internal IEnumerable<byte[]> Names() => Listing().Where(n => n.Value).Select(n => n.Key);

    internal LowerDirectories Enter(byte[] name)
    {
        var below = new List<SafeFileHandle>();
        foreach (var directory in directories)
        {
            if (!Fs.TryStat(directory, name, out var stat))
            {
                continue;
            }

            if (stat.Kind != FileKind.Directory)
            {
                break;
            }

            var opened = Fs.At(directory, name, Open.Read | Open.Directory | Open.NoFollow);
            below.Add(opened);
            if (Overlay.IsOpaque(opened, default))
            {
                break;
            }
        }

        return new LowerDirectories(below, owned: true);
    }

    private Dictionary<byte[], bool> Listing()
    {
        if (listing is null)
        {
            listing = new Dictionary<byte[], bool>(ByteOrder.Instance);
            foreach (var directory in directories)
            {
                using var fresh = Fs.At(directory, "."u8, Open.Read | Open.Directory);
                foreach (var name in Fs.Names(fresh))
                {
                    if (!listing.ContainsKey(name))
                    {
                        listing.Add(name, Fs.TryStat(directory, name, out var stat) && !stat.IsWhiteout);
                    }
                }
            }
        }

        return listing;
    }

    public void Dispose()
    {
        if (owned)
        {
            foreach (var directory in directories)
            {
                directory.Dispose();
            }
        }
    }
}
