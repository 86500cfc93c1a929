namespace EventDock.Adapters.Postgres;

using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Kernel;

/// <summary>
/// Moves everything in a private cluster into one of the newest Postgres: dumped from a server of the old version into one of the
/// new, neither where commands look for it, compared, and put in its place by exchanging two names. The old data is kept.
/// Until that exchange nothing has happened; what a cut leaves, the next start of the cluster clears.
/// </summary>
internal static class ClusterUpgrade
{
    private const string Unfinished = "eventdock.unfinished";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), Beginning = TimeSpan.FromSeconds(5);

    public static async Task<Either<DomainError, Upgraded>> RunAsync(ClusterPlace place, bool again, CancellationToken cancel)
    {
        var possible = place.Checked.Bind(_ => SystemUser.Find());
        return await possible.MatchAsync(user => LockedAsync(place, user, again, cancel), Left<DomainError, Upgraded>);
    }

    private static async Task<Either<DomainError, Upgraded>> LockedAsync(
        ClusterPlace place, SystemUser user, bool again, CancellationToken cancel)
    {
        if (ClusterVersions.Of(place) is not { } from)
        {
            return new DomainError.NoLedger(place.Data);
        }

        PrivateCluster.MakeDirectories(place, user);
        using var alone = await ClusterLock.TakeAsync(place.LockFile, Patience, cancel);
        if (alone is null)
        {
            return new DomainError.ClusterFailed(place.Data, "another command has been starting or upgrading it for a minute");
        }

        var to = ClusterVersions.Newest();
        if (from == to && !again)
        {
            return new Upgraded(from, from, null);
        }

        var settled = await SettleAsync(place, cancel);
        return await settled.Bind(_ => ClusterVersions.Programs(place)).MatchAsync(
            async bin => (await MoveAsync(place, user, bin, cancel)).Map(kept => new Upgraded(from, to!, kept)),
            Left<DomainError, Upgraded>);
    }

    /// <summary>
    /// What an upgrade that was cut off has left: a new cluster that is not finished goes; an old one, which the exchange has
    /// brought to that name, gets the name under which it is kept.
    /// </summary>
    public static async Task<Either<DomainError, Unit>> SettleAsync(ClusterPlace place, CancellationToken cancel)
    {
        var next = Next(place);
        if (!Directory.Exists(next.Data))
        {
            return unit;
        }

        for (var since = Environment.TickCount64; ;)
        {
            var stopped = await ClusterServer.StopAsync(next, cancel);
            if (stopped.IsLeft || !File.Exists(Path.Combine(next.Data, Unfinished)))
            {
                return stopped.Bind(_ => Keep(place, next).Map(_ => unit));
            }

            try
            {
                Directory.Delete(next.Data, recursive: true);
                return unit;
            }
            catch (IOException) when (Environment.TickCount64 - since < Beginning.TotalMilliseconds)
            {
                // A server that was called off as it began may not have said that it is there when it was looked for, and writes still.
                File.WriteAllText(Path.Combine(Directory.CreateDirectory(next.Data).FullName, Unfinished), "");
                await Task.Delay(50, cancel);
            }
        }
    }

    private static ClusterPlace Old(ClusterPlace place) => place with { Part = "old" };

    private static ClusterPlace Next(ClusterPlace place) => place with { DataName = "pg.next", Part = "new" };

    /// <summary>Where the old data is kept.</summary>
    private static async Task<Either<DomainError, string>> MoveAsync(
        ClusterPlace place, SystemUser user, string bin, CancellationToken cancel)
    {
        var (old, next) = (Old(place), Next(place));
        File.Delete(Path.Combine(place.Data, Unfinished));
        try
        {
            var stopped = await ClusterServer.StopAsync(place, cancel);
            var up = await stopped.MatchAsync(_ => BothAsync(old, next, user, bin, cancel), Left<DomainError, Unit>);
            var copied = await up.MatchAsync(_ => ClusterCopy.AllAsync(old, next, cancel), Left<DomainError, Unit>);
            var down = await copied.MatchAsync(_ => ClusterServer.StopAsync(next, cancel), Left<DomainError, bool>);
            down = await down.MatchAsync(_ => ClusterServer.StopAsync(old, cancel), Left<DomainError, bool>);
            return down.Bind(_ => Exchanged(place, next)).Bind(_ => Keep(place, next));
        }
        finally
        {
            // After a failure they still run. Their ends cannot make it worse: the next start looks for both.
            await ClusterServer.StopAsync(next, CancellationToken.None);
            await ClusterServer.StopAsync(old, CancellationToken.None);
            await SettleAsync(place, CancellationToken.None);
            foreach (var part in new[] { old, next }.Select(p => Path.Combine(p.Run, p.Part)).Where(Directory.Exists))
            {
                Directory.Delete(part, recursive: true);
            }
        }
    }

    private static async Task<Either<DomainError, Unit>> BothAsync(
        ClusterPlace old, ClusterPlace next, SystemUser user, string bin, CancellationToken cancel)
    {
        PrivateCluster.MakeDirectories(old, user);
        PrivateCluster.MakeDirectories(next, user);
        var made = await ClusterMaking.MakeAsync(next, user, cancel);
        var started = await made.Bind(_ => ClusterPrograms.Find(null)).MatchAsync(
            newest =>
            {
                File.WriteAllText(Path.Combine(next.Data, Unfinished), "");
                return ClusterServer.StartAsync(next, user, newest, cancel);
            },
            Left<DomainError, Unit>);
        return await started.MatchAsync(_ => ClusterServer.StartAsync(old, user, bin, cancel), Left<DomainError, Unit>);
    }

    private static Either<DomainError, Unit> Exchanged(ClusterPlace place, ClusterPlace next)
    {
        return Libc.Exchange(next.Data, place.Data) && Libc.SyncDirectory(place.Root)
            ? unit
            : new DomainError.FileFailed(next.Data, Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>Gives the old data, which has come to the other name, one of its own.</summary>
    private static Either<DomainError, string> Keep(ClusterPlace place, ClusterPlace next)
    {
        var version = ClusterVersions.Of(next) ?? "unknown";
        var kept = Enumerable.Range(1, int.MaxValue)
            .Select(i => Path.Combine(place.Root, i == 1 ? $"pg.{version}" : FormattableString.Invariant($"pg.{version}.{i}")))
            .First(path => !Directory.Exists(path));
        Directory.Move(next.Data, kept);
        // Else it would go, as unfinished, with the next upgrade that is cut off.
        File.Delete(Path.Combine(place.Data, Unfinished));
        return Libc.SyncDirectory(place.Root)
            ? Right<DomainError, string>(kept)
            : new DomainError.FileFailed(kept, Marshal.GetLastPInvokeErrorMessage());
    }
}
