namespace EventDock.Domain.Kernel;

/// <summary>The private Postgres cluster of one root, as functions.</summary>
/// <param name="EnsureUp">Makes it if there is none, starts it if it is down. Errors: ProgramMissing, ClusterFailed, FileFailed.</param>
/// <param name="Stop">Ends it (a fast shutdown) and waits; false where it was down already.</param>
/// <param name="Url">A libpq URI that psql takes as it is, for root as the owner.</param>
/// <param name="Upgrade">
/// Moves the ledger into a new cluster of the newest Postgres that is installed; true: also where that made it already.
/// Errors: NoLedger, OlderCluster, CopyFailed, and those of EnsureUp.
/// </param>
/// <param name="UrlAs">
/// The same for a role; the audit role's serves every member of its group. Errors: NoAuditGroup, NoAuditSocket.
/// </param>
public sealed record Cluster(
    Func<CancellationToken, EitherAsync<DomainError, Unit>> EnsureUp,
    Func<Either<DomainError, ClusterStatus>> Status,
    Func<CancellationToken, EitherAsync<DomainError, bool>> Stop,
    string Url,
    Func<bool, CancellationToken, EitherAsync<DomainError, Upgraded>> Upgrade,
    Func<LedgerRole, Either<DomainError, string>> UrlAs);

/// <param name="Made">There is a data directory.</param>
/// <param name="Pid">Of the postmaster; null while it is down.</param>
/// <param name="Version">Postgres' major version, e.g. 15; null where there is no data directory.</param>
public sealed record ClusterStatus(bool Made, int? Pid, string? Version, string Directory, string SocketDirectory);

/// <param name="Kept">Where the old data lies until somebody removes it; null where there was nothing to do.</param>
public sealed record Upgraded(string From, string To, string? Kept);
