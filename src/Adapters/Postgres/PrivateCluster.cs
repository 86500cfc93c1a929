namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
using System.IO;
using EventDock.Domain.Kernel;
using Npgsql;

/// <summary>
/// The embedded default: a Postgres of the root's own, made and started on demand, on a Unix socket only, run by the system
/// user <c>eventdock</c> (not <c>postgres</c>, any process of which would be its superuser). It outlives the command that
/// started it.
/// </summary>
public static class PrivateCluster
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Cluster Create(ClusterPlace place) => new(
        EnsureUp: cancel => EnsureUpAsync(place, cancel).ToAsync(),
        Status: () => Named<ClusterStatus>(place, () => Status(place)),
        Stop: cancel => NamedAsync(place, () => StopAsync(place, cancel)).ToAsync(),
        Url: place.Url,
        UrlAs: role => Named(place, () => UrlAs(place, role)).Bind(url => url));

    internal static NpgsqlConnectionStringBuilder Settings(ClusterPlace place, string role) => new()
    {
        Host = place.Sockets,
        Port = 5432,
        Username = role,
        Database = ClusterPlace.Database,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    };

    internal static Task<Either<DomainError, Unit>> EnsureUpAsync(ClusterPlace place, CancellationToken cancel) =>
        NamedAsync(place, async () =>
        {
            var possible = place.Checked.Bind(_ => SystemUser.Find());
            return await possible.MatchAsync(user => UpAsync(place, user, cancel), Left<DomainError, Unit>);
        });

    private static ClusterStatus Status(ClusterPlace place) => new(
        Directory.Exists(place.Data), ClusterProcess.Postmaster(place)?.Pid, Version(place), place.Data, place.Sockets);

    private static Either<DomainError, string> UrlAs(ClusterPlace place, LedgerRole role) =>
        role != LedgerRole.Audit ? place.UrlAs(role)
        : SystemUser.AuditGroup() is null ? new DomainError.NoAuditGroup(ClusterPlace.AuditGroup)
        : !File.Exists(place.AuditSocket) ? new DomainError.NoAuditSocket(place.AuditSocket)
        : place.UrlAs(role);

    private static string? Version(ClusterPlace place)
    {
        var file = Path.Combine(place.Data, "PG_VERSION");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    /// <summary>Under the root's lock, so that of two commands at once one makes and starts it, and the other finds it up.</summary>
    private static async Task<Either<DomainError, Unit>> UpAsync(ClusterPlace place, SystemUser user, CancellationToken cancel)
    {
        MakeDirectories(place, user);
        using var alone = await ClusterLock.TakeAsync(place.LockFile, Patience, cancel);
        if (alone is null)
        {
            return Failed(place, "another command has been starting it for a minute");
        }

        var clear = await ClearAsync(place, user, cancel);
        if (clear.IsLeft)
        {
            return clear;
        }

        if (!Directory.Exists(place.Data))
        {
            var made = await ClusterMaking.MakeAsync(place, user, cancel);
            if (made.IsLeft)
            {
                return made;
            }
        }

        return await ClusterPrograms.Find(Version(place))
            .MatchAsync(bin => StartAsync(place, user, bin, cancel), Left<DomainError, Unit>);
    }

    /// <summary>Nothing may stand in the way of a start: neither a server without data nor one whose socket is gone.</summary>
    private static async Task<Either<DomainError, Unit>> ClearAsync(ClusterPlace place, SystemUser user, CancellationToken cancel)
    {
        if (ClusterProcess.Postmaster(place) is { Ready: true } && !File.Exists(place.Socket))
        {
            // Somebody removed it, and no server makes its socket anew.
            var stopped = await StopAsync(place, cancel);
            if (stopped.IsLeft)
            {
                return stopped.Map(_ => unit);
            }
        }

        return ClusterProcess.Postmaster(place) is null ? await ClusterOrphans.EndAsync(place, user, Patience, cancel) : unit;
    }

    private static async Task<Either<DomainError, Unit>> StartAsync(
        ClusterPlace place, SystemUser user, string bin, CancellationToken cancel)
    {
        var since = Stopwatch.StartNew();
        while (ClusterProcess.Postmaster(place) is null && ClusterProcess.AnyIn(place) && since.Elapsed < Patience)
        {
            await Task.Delay(5, cancel);
        }

        if (ClusterProcess.Postmaster(place) is null)
        {
            // Left by one that was killed; nothing works in the directory any more, so its pid file and socket are nobody's.
            File.Delete(place.PidFile);
            File.Delete(place.Socket);
            File.Delete(place.Socket + ".lock");
            File.Delete(place.AuditSocket);
            File.Delete(place.AuditSocket + ".lock");
            ClusterMaking.WriteSettings(place, place.Data, user);
            var logged = ClusterLog.Begin(place.Log);
            var launched = await LaunchAsync(place, user, bin, cancel);
            if (launched.IsLeft)
            {
                return launched;
            }

            return await ReadyAsync(place, logged, cancel);
        }

        return await ReadyAsync(place, ClusterLog.Length(place.Log), cancel);
    }

    /// <summary>
    /// pg_ctl starts the server in a session of its own with its output in the log. The gate holds it until it is in a
    /// cgroup of its own, which all its children inherit.
    /// </summary>
    private static async Task<Either<DomainError, Unit>> LaunchAsync(
        ClusterPlace place, SystemUser user, string bin, CancellationToken cancel)
    {
        var gate = new FileStream(place.Gate, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            // Paths relative to the root: pg_ctl hands them to a shell.
            var run = await ClusterPrograms.RunAsync(
                user, place.Root, "", ["flock", "--close", place.Gate],
                [Path.Combine(bin, "pg_ctl"), "start", "-s", "-W", "-D", "pg", "-l", "pg/server.log"],
                pid =>
                {
                    ClusterProcess.Detach(place, pid);
                    gate.Dispose();
                },
                cancel);
            return run.Bind<Unit>(r => r.Code == 0 ? unit : ClusterPassage.Explain(place, place.Data, user, r.Error));
        }
        finally
        {
            await gate.DisposeAsync();
        }
    }

    private static async Task<Either<DomainError, Unit>> ReadyAsync(ClusterPlace place, long logged, CancellationToken cancel)
    {
        var since = Stopwatch.StartNew();
        var seen = false;
        while (since.Elapsed < Patience)
        {
            var server = ClusterProcess.Postmaster(place);
            if (server is { Ready: true })
            {
                return unit;
            }

            // It writes its pid file within milliseconds; one that had it and is gone, or never came, has failed.
            seen |= server is not null;
            if (server is null && (seen || since.Elapsed > TimeSpan.FromSeconds(5) || ClusterLog.HasFailed(place.Log, logged))
                && !ClusterProcess.AnyIn(place))
            {
                break;
            }

            await Task.Delay(2, cancel);
        }

        return Failed(place, ClusterLog.Reason(place.Log, logged));
    }

    private static async Task<Either<DomainError, bool>> StopAsync(ClusterPlace place, CancellationToken cancel)
    {
        if (ClusterProcess.Postmaster(place) is not { } server)
        {
            return false;
        }

        if (Libc.Kill(server.Pid, Libc.Interrupt) != 0
            && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != Libc.ErrnoNoProcess)
        {
            return Failed(place, "it cannot be signalled: " + System.Runtime.InteropServices.Marshal.GetLastPInvokeErrorMessage());
        }

        var since = Stopwatch.StartNew();
        while (ClusterProcess.WorksIn(place, server.Pid))
        {
            if (since.Elapsed > Patience)
            {
                return Failed(place, "it has not ended within a minute");
            }

            await Task.Delay(5, cancel);
        }

        ClusterProcess.Forget(place);
        return true;
    }

    private static void MakeDirectories(ClusterPlace place, SystemUser user)
    {
        // The cluster's user has to come through; what lies in them is 0700 each.
        ClusterMaking.MakePassable(place.Root);
        ClusterMaking.MakePassable(place.Run);
        ClusterMaking.LetThrough(Path.GetDirectoryName(place.Run)!);
        ClusterMaking.OwnDirectory(place.Sockets, user);
        ClusterMaking.ShareDirectory(place.AuditSockets, user, SystemUser.AuditGroup());
    }

    private static DomainError Failed(ClusterPlace place, string reason) => new DomainError.ClusterFailed(place.Data, reason);

    private static Either<DomainError, T> Named<T>(ClusterPlace place, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed(place.Root, e.Message);
        }
    }

    private static async Task<Either<DomainError, T>> NamedAsync<T>(ClusterPlace place, Func<Task<Either<DomainError, T>>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed(place.Root, e.Message);
        }
    }
}
