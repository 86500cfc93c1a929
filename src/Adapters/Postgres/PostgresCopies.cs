namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;

/// <summary>Backup and restore of the ledger, in a private cluster or on any server.</summary>
public static class PostgresCopies
{
    /// <summary>In the root's private cluster, which is made and started if need be; with its roles and their rights.</summary>
    public static LedgerCopies OfPrivate(ClusterPlace place) => new(
        (path, cancel) => InPrivateAsync(
            place, (owner, programs) => LedgerBackup.WriteAsync(owner, programs, path, cancel), cancel).ToAsync(),
        (path, replace, cancel) => InPrivateAsync(
            place, (owner, programs) => LedgerRestore.ReadAsync(owner, programs, path, replace, ours: true, cancel), cancel).ToAsync());

    /// <summary>On any server, as the URI's user; rights and owners that a backup names are left out of a restore.</summary>
    public static LedgerCopies OfServer(LibpqUri uri) => new(
        (path, cancel) => OnServerAsync(
            uri, (owner, programs) => LedgerBackup.WriteAsync(owner, programs, path, cancel)).ToAsync(),
        (path, replace, cancel) => OnServerAsync(
            uri, (owner, programs) => LedgerRestore.ReadAsync(owner, programs, path, replace, ours: false, cancel)).ToAsync());

    private static async Task<Either<DomainError, T>> InPrivateAsync<T>(
        ClusterPlace place, Func<Database, ClientPrograms, Task<Either<DomainError, T>>> work, CancellationToken cancel)
    {
        var up = await PrivateCluster.EnsureUpAsync(place, cancel);
        return await up.Bind(_ => LibpqUri.Parse(place.Url)).MatchAsync(uri => OnServerAsync(uri, work), Left<DomainError, T>);
    }

    private static async Task<Either<DomainError, T>> OnServerAsync<T>(
        LibpqUri uri, Func<Database, ClientPrograms, Task<Either<DomainError, T>>> work) =>
        await ClientPrograms.For(uri).MatchAsync(
            async programs =>
            {
                var database = ServerSettings.Open(uri);
                await using (database.Source)
                {
                    return await work(database, programs);
                }
            },
            Left<DomainError, T>);
}
