namespace EventDock.Cli;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using EventDock.Domain.Roots;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>Where the ledger lives, and how it is looked after: what stands behind <c>eventdock db</c>.</summary>
public sealed partial class Wiring
{
    private LedgerHome Home()
    {
        var cluster = PrivateCluster.Create(new ClusterPlace(places.Root, places.Run));
        return places.Database is { } uri
            ? new LedgerHome(
                cancel => from ledger in Open(cancel) from at in LibpqUri.Parse(uri).ToAsync() select $"external  {at.Where}  position {ledger.Head}",
                _ => Fail<Unit>(new DomainError.NotSupported("stopping a database that EVENTDOCK_DATABASE names")),
                (role, _) => LibpqUri.Parse(uri).Bind(_ => role == LedgerRole.Audit
                    ? Left<DomainError, string>(new DomainError.NotSupported("an audit role in a database that EVENTDOCK_DATABASE names"))
                    : uri).ToAsync(),
                _ => Fail<Upgraded>(new DomainError.NotSupported("upgrading a database that EVENTDOCK_DATABASE names")),
                Alone(new LedgerCopies(
                    (path, cancel) => LibpqUri.Parse(uri).ToAsync().Bind(at => PostgresCopies.OfServer(at).Backup(path, cancel)),
                    (path, replace, cancel) =>
                        LibpqUri.Parse(uri).ToAsync().Bind(at => PostgresCopies.OfServer(at).Restore(path, replace, cancel)))),
                Parted)
            : new LedgerHome(
                _ => cluster.Status().Map(Status).ToAsync(),
                cancel => cluster.Stop(cancel).Ignore(),
                (role, cancel) =>
                    from up in role == LedgerRole.Audit ? Migrated(cancel) : cluster.EnsureUp(cancel)
                    from url in cluster.UrlAs(role).ToAsync()
                    select url,
                cancel => cluster.Upgrade(false, cancel),
                Alone(PostgresCopies.OfPrivate(new ClusterPlace(places.Root, places.Run))),
                Parted);
    }

    /// <summary>No command that has looked whether the ledger is its root's may go on while another takes that ledger's place.</summary>
    private LedgerCopies Alone(LedgerCopies copies) => copies with
    {
        Restore = (path, replace, cancel) =>
            from prepared in paths.Prepare().ToAsync()
            from restored in StoreLocks.Create(paths).Take(true, cancel).Holding(() => copies.Restore(path, replace, cancel))
            select restored,
    };

    private EitherAsync<DomainError, Option<DomainError>> Parted(CancellationToken cancel) =>
        from disk in root.Read(cancel)
        from ledger in Open(cancel)
        select OpenRoot.Parted(disk, ledger, World);

    /// <summary>The audit role and its views are made with the ledger's tables, and its directory with the cluster's start.</summary>
    private EitherAsync<DomainError, Unit> Migrated(CancellationToken cancel) =>
        from up in PrivateCluster.Create(new ClusterPlace(places.Root, places.Run)).EnsureUp(cancel)
        from ledger in Open(cancel)
        select unit;

    private static string Status(ClusterStatus status) =>
        !status.Made ? $"not made yet  {status.Directory}"
        : status.Pid is { } pid ? $"running  pid {pid}  version {status.Version}  {status.Directory}  socket {status.SocketDirectory}"
        : $"stopped  version {status.Version}  {status.Directory}";
}
