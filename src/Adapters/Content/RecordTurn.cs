namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>Of the processes that record at intervals one at a time waits for its moment, by the lock <c>locks/interval</c>.</summary>
public static class RecordTurn
{
    private const string Lock = "interval";

    /// <summary>Nobody waits.</summary>
    public static Either<DomainError, bool> IsFree(Paths paths) =>
        Guarded.Run(
            () =>
            {
                using var locks = Fs.OpenDirectory(paths.Locks);
                using var file = Fs.At(locks, Bytes.Of(Lock), Open.ReadWrite | Open.Create | Open.NoFollow, 0x180);
                return FileLock.TryTake(file, exclusive: false);
            },
            CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>None where another waits.</summary>
    public static EitherAsync<DomainError, Option<IDisposable>> Take(Paths paths, CancellationToken cancel) =>
        Guarded.RunAsync(() => StoreLocks.TryHoldAsync(paths, Lock, cancel), cancel).ToAsync();
}
