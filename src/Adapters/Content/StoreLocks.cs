namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>The store's lock, on <c>locks/store</c>.</summary>
public static class StoreLocks
{
    public static StoreLock Create(Paths paths) =>
        new(Take: (exclusive, cancel) => Guarded.RunAsync(() => HoldAsync(paths, "store", exclusive, cancel), cancel).ToAsync());

    internal static async Task<IDisposable> HoldAsync(Paths paths, string name, bool exclusive, CancellationToken cancel)
    {
        using var locks = Fs.OpenDirectory(paths.Locks);
        return await FileLock.HoldAsync(locks, Bytes.Of(name), exclusive, cancel).ConfigureAwait(false);
    }
}
