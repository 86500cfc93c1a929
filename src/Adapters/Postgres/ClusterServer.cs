namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
using System.IO;
using EventDock.Domain.Kernel;

/// <summary>The cluster's server: started so that it outlives us, and ended in order. Whoever calls holds the root's lock.</summary>
internal static class ClusterServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<Either<DomainError, Unit>> StartAsync(
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
                [Path.Combine(bin, "pg_ctl"), "start", "-s", "-W", "-D", place.DataName, "-l", $"{place.DataName}/server.log"],
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

    public static async Task<Either<DomainError, bool>> StopAsync(ClusterPlace place, CancellationToken cancel)
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

    private static DomainError Failed(ClusterPlace place, string reason) => new DomainError.ClusterFailed(place.Data, reason);
}
