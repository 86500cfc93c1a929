namespace EventDock.Adapters.Content;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A directory in <c>staging/</c>, its lock held until it is disposed of: then it goes with all that is left in it. Should
/// the process die, the lock goes with it, and the next sweep takes the directory.
/// </summary>
internal sealed class StagingDirectory : IDisposable
{
    private readonly Paths paths;

    private StagingDirectory(Paths paths, string name, SafeFileHandle handle)
    {
        this.paths = paths;
        Name = name;
        Handle = handle;
    }

    internal string Name { get; }

    internal string FullPath => Path.Combine(paths.Staging, Name);

    internal SafeFileHandle Handle { get; }

    internal static StagingDirectory Create(Paths paths, string kind)
    {
        using var staging = Fs.OpenDirectory(paths.Staging);
        TopDirectory.Mark(staging);
        while (true)
        {
            var name = $"{kind}-{Guid.NewGuid():N}";
            var bytes = Bytes.Of(name);
            // A sweep may meet the name before it is locked. Then it is the sweep's, and another is made. The mode is set last,
            // by the handle, since setting it by a name that has gone would be a failure.
            Fs.TryMakeUnset(staging, bytes);
            if (!Fs.TryAt(staging, bytes, Open.Read | Open.Directory | Open.NoFollow, 0, out var handle, out var errno))
            {
                handle.Dispose();
                if (errno == Errno.NoEntry)
                {
                    continue;
                }

                throw new PosixException(errno, "open", Path.Combine(paths.Staging, name));
            }

            if (FileLock.TryTake(handle, exclusive: true)
                && Fs.TryStat(staging, bytes, out var found) && found.Inode == Fs.Stat(handle).Inode)
            {
                Fs.ChangeMode(handle, 0x1c0);
                FaultPoints.At(FaultPoint.StageMade);
                return new StagingDirectory(paths, name, handle);
            }

            handle.Dispose();
        }
    }

    public void Dispose()
    {
        using (Handle)
        {
            using var staging = Fs.OpenDirectory(paths.Staging);
            using var trash = Fs.OpenDirectory(paths.Trash);
            FaultPoints.At(FaultPoint.StageEnded);
            Fs.RemoveTree(staging, Bytes.Of(Name), trash);
            FaultPoints.At(FaultPoint.StageRemoved);
        }
    }
}

/// <summary>Clears what killed commands left behind: names in staging/, and nothing else.</summary>
public static class Staging
{
    /// <summary>
    /// Removes every name in <c>staging/</c> whose owner is dead, but claims. Where it is empty it costs the reading of a directory.
    /// </summary>
    /// <param name="unmount">Unmounts a workspace's root (an absolute path), after ending what still runs in it. Called for
    /// workspaces whose owner died; must be harmless where nothing is mounted.</param>
    public static EitherAsync<DomainError, Unit> Sweep(
        Paths paths, Func<string, CancellationToken, EitherAsync<DomainError, Unit>> unmount, CancellationToken cancel) =>
        Guarded.RunAsync(() => SweepAsync(paths, unmount, cancel), cancel).ToAsync();

    private static async Task<Unit> SweepAsync(
        Paths paths, Func<string, CancellationToken, EitherAsync<DomainError, Unit>> unmount, CancellationToken cancel)
    {
        using var staging = Fs.OpenDirectory(paths.Staging);
        using var trash = Fs.OpenDirectory(paths.Trash);
        foreach (var name in Fs.Names(staging))
        {
            cancel.ThrowIfCancellationRequested();
            if (Claims.IsName(name))
            {
                // The ledger is asked about these: EventDock.Engine.Claimed.
                continue;
            }

            if (!Fs.TryAt(staging, name, Open.Read | Open.NoFollow | Open.NonBlock, 0, out var handle, out var errno))
            {
                handle.Dispose();
                if (errno is Errno.NoEntry)
                {
                    continue;
                }

                throw new PosixException(errno, "open", Path.Combine(paths.Staging, Bytes.Show(name)));
            }

            using (handle)
            {
                if (FileLock.TryTake(handle, exclusive: true))
                {
                    await RemoveAsync(paths, staging, trash, handle, name, unmount, cancel).ConfigureAwait(false);
                }
            }
        }

        return unit;
    }

    private static async Task RemoveAsync(
        Paths paths, SafeFileHandle staging, SafeFileHandle trash, SafeFileHandle handle, byte[] name,
        Func<string, CancellationToken, EitherAsync<DomainError, Unit>> unmount, CancellationToken cancel)
    {
        if (Fs.Stat(handle).Kind == FileKind.Directory && Fs.TryStat(handle, "merged"u8, out _))
        {
            var merged = Path.Combine(paths.Staging, Bytes.Show(name), "merged");
            (await unmount(merged, cancel).ToEither().ConfigureAwait(false)).IfLeft(error => throw new RefusedException(error));
        }

        Trash.Empty(paths, trash, Trash.TakeLeft(staging, name, trash), kept: false);
    }
}
