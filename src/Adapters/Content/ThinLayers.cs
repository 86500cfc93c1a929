namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using Microsoft.Win32.SafeHandles;

/// <summary>The thin layers under a root: <c>containers/ID/{upper,work,merged}</c>, the layers' ids and the last scan beside them.</summary>
public static class ThinLayers
{
    private const string ChangesType = "application/vnd.eventdock.changes.v1+json+gzip";
    private static readonly byte[] LayersFile = "layers"u8.ToArray();
    private static readonly byte[] Settled = "scan"u8.ToArray();
    private static readonly byte[] Pending = "scan.new"u8.ToArray();

    /// <param name="limits">Null for the defaults.</param>
    public static ThinLayerStore Create(Paths paths, ThinLimits? limits = null) =>
        new(Create: (id, layers, cancel) => Guarded.Run(() => Make(paths, id, layers), cancel).ToAsync(),
            Scan: (id, cancel) => Guarded.Run(() => Scan(paths, id, limits ?? ThinLimits.Default, cancel), cancel).ToAsync(),
            Settle: (id, cancel) => Guarded.Run(() => Settle(paths, id), cancel).ToAsync(),
            Discard: (id, cancel) => Guarded.Run(() => Discard(paths, id), cancel).ToAsync())
        {
            NoteFrozen = (id, frozen, cancel) => Guarded.Run(() => NoteFrozen(paths, id, frozen), cancel).ToAsync(),
            NotedFrozen = id => Fs.TryStat(Fs.Cwd, Bytes.Of(paths.Container(id) + "/freezing"), out _),
            Kept = cancel => Guarded.Run(() => KeptLayers.List(paths), cancel).ToAsync(),
            KeptAt = (id, cancel) => Guarded.Run(() => KeptLayers.At(paths, id), cancel).ToAsync(),
            Bring = (id, cancel) => Guarded.Run(() => KeptLayers.Bring(paths, Checked(id)), cancel).ToAsync(),
            Look = (id, cancel) => Guarded.Run(() => Look(paths, id, limits ?? ThinLimits.Default, cancel), cancel).ToAsync(),
        };

    internal static Unit Make(Paths paths, string id, Seq<string> layers)
    {
        using var containers = Fs.OpenDirectory(paths.Containers);
        var name = Checked(id);
        paths.Claims?.Note(new Claim(ClaimKind.Container, id));
        Fs.TryMakeDirectory(containers, name, 0x1c0);
        FaultPoints.At(FaultPoint.ContainerNamed);
        using var container = Fs.At(containers, name, Open.Read | Open.Directory | Open.NoFollow);
        Fs.TryMakeDirectory(container, "upper"u8, 0x1ed);
        Fs.TryMakeDirectory(container, "work"u8, 0x1c0);
        Fs.TryMakeDirectory(container, "merged"u8, 0x1c0);
        using (var file = Fs.At(container, LayersFile, Open.Write | Open.Create | Open.Truncate | Open.NoFollow, 0x180))
        {
            Fs.Write(file, Bytes.Of(string.Join('\n', layers)));
            Fs.Sync(file);
        }

        FaultPoints.At(FaultPoint.ContainerFilled);
        Fs.Sync(container);
        Fs.Sync(containers);
        FaultPoints.At(FaultPoint.ContainerMade);
        return unit;
    }

    private static ThinLayerDelta Scan(Paths paths, string id, ThinLimits limits, CancellationToken cancel)
    {
        using var container = OpenContainer(paths, id);
        using var upper = Fs.At(container, "upper"u8, Open.Read | Open.Directory | Open.NoFollow);
        var lowers = OpenLowers(paths, container);
        try
        {
            var scan = new ThinScan(limits.Paths, limits.Walk, cancel);
            return Delta(paths, container, upper, scan.Run(upper, lowers), scan.Incomplete, limits, cancel);
        }
        finally
        {
            lowers.ForEach(lower => lower.Dispose());
        }
    }

    /// <summary>What is otherwise than at the scan before, which this one is to replace.</summary>
    private static ThinLayerDelta Delta(
        Paths paths, SafeFileHandle container, SafeFileHandle upper, List<ThinEntry> now, string? incomplete, ThinLimits limits,
        CancellationToken cancel)
    {
        var before = ThinState.Read(container, Settled);
        var changes = new ThinChanges(upper, limits, cancel).Between(before, now, incomplete is null);
        if (changes.IsEmpty)
        {
            return new ThinLayerDelta(changes, null, incomplete);
        }

        ThinState.Write(container, Pending, now);
        FaultPoints.At(FaultPoint.ScanKept);
        var list = Blobs.Write(paths, ChangesType, ThinChanges.Pack(changes));
        return new ThinLayerDelta(changes, list, incomplete);
    }

    /// <summary>The layer as it is counts as recorded.</summary>
    internal static void Baseline(Paths paths, string id, CancellationToken cancel)
    {
        using var container = OpenContainer(paths, id);
        using var upper = Fs.At(container, "upper"u8, Open.Read | Open.Directory | Open.NoFollow);
        var lowers = OpenLowers(paths, container);
        try
        {
            var scan = new ThinScan(ThinLimits.Default.Paths, ThinLimits.Default.Walk, cancel);
            ThinState.Write(container, Settled, scan.Run(upper, lowers));
        }
        finally
        {
            lowers.ForEach(lower => lower.Dispose());
        }
    }

    private static ThinLook Look(Paths paths, string id, ThinLimits limits, CancellationToken cancel)
    {
        using var container = OpenContainer(paths, id);
        using var upper = Fs.At(container, "upper"u8, Open.Read | Open.Directory | Open.NoFollow);
        var lowers = OpenLowers(paths, container);
        try
        {
            var comparison = new ThinComparison(limits, cancel);
            var difference = comparison.Run(upper, lowers);
            var delta = Delta(paths, container, upper, comparison.Entries, comparison.Incomplete, limits, cancel);
            return new ThinLook(difference, delta);
        }
        finally
        {
            lowers.ForEach(lower => lower.Dispose());
        }
    }

    private static Unit NoteFrozen(Paths paths, string id, bool frozen)
    {
        using var container = OpenContainer(paths, id);
        if (frozen)
        {
            Fs.At(container, "freezing"u8, Open.Write | Open.Create | Open.NoFollow, 0x180).Dispose();
        }
        else
        {
            Fs.Unlink(container, "freezing"u8);
        }

        return unit;
    }

    private static Unit Settle(Paths paths, string id)
    {
        using var container = OpenContainer(paths, id);
        if (Fs.TryStat(container, Pending, out _))
        {
            Fs.Rename(container, Pending, container, Settled);
        }

        FaultPoints.At(FaultPoint.ScanSettled);

        return unit;
    }

    private static Unit Discard(Paths paths, string id)
    {
        using var containers = Fs.OpenDirectory(paths.Containers);
        using var trash = Fs.OpenDirectory(paths.Trash);
        // What is not kept never has the name of what is: it may be half deleted.
        var taken = paths.TrashCare is { Retains: true }
            ? Trash.Take(containers, Checked(id), trash)
            : Trash.TakeLeft(containers, Checked(id), trash);
        FaultPoints.At(FaultPoint.ContainerTaken);
        Fs.Sync(containers);
        Trash.Empty(paths, trash, taken);
        return unit;
    }

    private static SafeFileHandle OpenContainer(Paths paths, string id)
    {
        using var containers = Fs.OpenDirectory(paths.Containers);
        return Fs.At(containers, Checked(id), Open.Read | Open.Directory | Open.NoFollow);
    }

    // Uppermost first; the mount points that every container has below its image's layers last, once one has been mounted.
    private static List<SafeFileHandle> OpenLowers(Paths paths, SafeFileHandle container)
    {
        var ids = Bytes.Show(Fs.ReadAll(container, LayersFile) ?? []);
        var lowers = Enumerable.Reverse(ids.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(l => Fs.OpenDirectory(paths.Diff(l))).ToList();
        if (Fs.TryStat(Fs.Cwd, Bytes.Of(paths.MountPoints), out _))
        {
            lowers.Add(Fs.OpenDirectory(paths.MountPoints));
        }

        return lowers;
    }

    internal static byte[] Checked(string id) =>
        Paths.IsName(id)
            ? Bytes.Of(id)
            : throw new RefusedException(new DomainError.Invalid("container id", id, "must be a plain name"));
}
