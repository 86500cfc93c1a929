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
    private const int ErrnoNoSpace = 28;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Cluster Create(ClusterPlace place) => new(
        EnsureUp: cancel => EnsureUpAsync(place, cancel).ToAsync(),
        Status: () => Named<ClusterStatus>(place, () => Status(place)),
        Stop: cancel => NamedAsync(place, () => ClusterServer.StopAsync(place, cancel)).ToAsync(),
        Url: place.Url,
        Upgrade: (again, cancel) => NamedAsync(place, () => ClusterUpgrade.RunAsync(place, again, cancel)).ToAsync(),
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

    internal static Database Database(ClusterPlace place, string role) =>
        Postgres.Database.Open(Settings(place, role), place.Sockets, encrypted: false);

    internal static Task<Either<DomainError, Unit>> EnsureUpAsync(ClusterPlace place, CancellationToken cancel) =>
        NamedAsync(place, async () =>
        {
            var possible = place.Checked.Bind(_ => SystemUser.Find());
            return await possible.MatchAsync(user => UpAsync(place, user, cancel), Left<DomainError, Unit>);
        });

    private static ClusterStatus Status(ClusterPlace place) => new(
        Directory.Exists(place.Data), ClusterProcess.Postmaster(place)?.Pid, ClusterVersions.Of(place), place.Data, place.Sockets);

    private static Either<DomainError, string> UrlAs(ClusterPlace place, LedgerRole role) =>
        role != LedgerRole.Audit ? place.UrlAs(role)
        : SystemUser.AuditGroup() is null ? new DomainError.NoAuditGroup(ClusterPlace.AuditGroup)
        : !File.Exists(place.AuditSocket) ? new DomainError.NoAuditSocket(place.AuditSocket)
        : place.UrlAs(role);

    /// <summary>Under the root's lock, so that of two commands at once one makes and starts it, and the other finds it up.</summary>
    private static async Task<Either<DomainError, Unit>> UpAsync(ClusterPlace place, SystemUser user, CancellationToken cancel)
    {
        MakeDirectories(place, user);
        using var alone = await ClusterLock.TakeAsync(place.LockFile, Patience, cancel);
        if (alone is null)
        {
            return Failed(place, "another command has been starting or upgrading it for a minute");
        }

        var settled = await ClusterUpgrade.SettleAsync(place, cancel);
        if (settled.IsLeft)
        {
            return settled;
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

        return await ClusterVersions.Programs(place)
            .MatchAsync(bin => ClusterServer.StartAsync(place, user, bin, cancel), Left<DomainError, Unit>);
    }

    /// <summary>Nothing may stand in the way of a start: neither a server without data nor one whose socket is gone.</summary>
    private static async Task<Either<DomainError, Unit>> ClearAsync(ClusterPlace place, SystemUser user, CancellationToken cancel)
    {
        if (ClusterProcess.Postmaster(place) is { Ready: true } && !File.Exists(place.Socket))
        {
            // Somebody removed it, and no server makes its socket anew.
            var stopped = await ClusterServer.StopAsync(place, cancel);
            if (stopped.IsLeft)
            {
                return stopped.Map(_ => unit);
            }
        }

        return ClusterProcess.Postmaster(place) is null ? await ClusterOrphans.EndAsync(place, user, Patience, cancel) : unit;
    }

    internal static void MakeDirectories(ClusterPlace place, SystemUser user)
    {
        // The cluster's user has to come through; what lies in them is 0700 each.
        ClusterMaking.MakePassable(place.Root);
        ClusterMaking.MakePassable(place.Run);
        ClusterMaking.MakePassable(Path.GetDirectoryName(place.Sockets)!);
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
            return Files(place, e);
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
            return Files(place, e);
        }
    }

    private static DomainError Files(ClusterPlace place, Exception thrown) =>
        thrown.HResult == ErrnoNoSpace ? new DomainError.DiskFull(place.Root) : new DomainError.FileFailed(place.Root, thrown.Message);
}
