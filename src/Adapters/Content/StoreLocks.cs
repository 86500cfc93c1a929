namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>The store's lock, on <c>locks/store</c>.</summary>
public static class StoreLocks
{
    public static StoreLock Create(Paths paths) =>
        new(Take: (exclusive, cancel) => Guarded.RunAsync(() => HoldAsync(paths, "store", exclusive, cancel), cancel).ToAsync());

    /// <summary>
    /// Held, together with others, by every command that may have things on disk that it has yet to tell the ledger of.
    /// </summary>
    public static EitherAsync<DomainError, IDisposable> AtWork(Paths paths, CancellationToken cancel) =>
        Guarded.RunAsync(() => HoldAsync(paths, Work, exclusive: false, cancel), cancel).ToAsync();

    /// <summary>The same lock alone, tried for a moment: while it is held no such command is at work, and none begins.</summary>
    internal static Task<Option<IDisposable>> QuietAsync(Paths paths, CancellationToken cancel) => TryHoldAsync(paths, Work, cancel);

    /// <summary>Alone, tried for a moment: None where others have it.</summary>
    internal static async Task<Option<IDisposable>> TryHoldAsync(Paths paths, string name, CancellationToken cancel)
    {
        const int tries = 10, pause = 10;
        using var locks = Fs.OpenDirectory(paths.Locks);
        var file = Fs.At(locks, Bytes.Of(name), Open.ReadWrite | Open.Create | Open.NoFollow, 0x180);
        for (var n = 0; n < tries; n++)
        {
            if (FileLock.TryTake(file, exclusive: true))
            {
                return Some<IDisposable>(file);
            }

            await Task.Delay(pause, cancel).ConfigureAwait(false);
        }

        file.Dispose();
        return None;
    }

    private const string Work = "work";

    /// <summary>For what is not to be called off: held for milliseconds by others.</summary>
    internal static IDisposable Hold(Paths paths, string name, bool exclusive)
    {
        using var locks = Fs.OpenDirectory(paths.Locks);
        var file = Fs.At(locks, Bytes.Of(name), Open.ReadWrite | Open.Create | Open.NoFollow, 0x180);
        while (!FileLock.TryTake(file, exclusive))
        {
            Thread.Sleep(1);
        }

        return file;
    }

    internal static async Task<IDisposable> HoldAsync(Paths paths, string name, bool exclusive, CancellationToken cancel)
    {
        using var locks = Fs.OpenDirectory(paths.Locks);
        return await FileLock.HoldAsync(locks, Bytes.Of(name), exclusive, cancel).ConfigureAwait(false);
    }
}
