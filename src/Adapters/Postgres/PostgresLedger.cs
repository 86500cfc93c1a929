namespace EventDock.Adapters.Postgres;

using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;

/// <summary>Opens the ledger: one connection and one round trip when all is as it was, and the long way round when it is not.</summary>
public static class PostgresLedger
{
    /// <summary>
    /// The ledger in the root's private cluster, which is made and started if need be. Commands work in it as the engine's
    /// role, which can add events and change none; the tables are made by their owner.
    /// </summary>
    public static EitherAsync<DomainError, OpenLedger> OpenPrivate(ClusterPlace place, Origin origin, CancellationToken cancel) =>
        OpenPrivateAsync(place, origin, cancel).ToAsync();

    /// <summary>The ledger on any server; the URI's user makes the tables and works in them.</summary>
    public static EitherAsync<DomainError, OpenLedger> OpenServer(LibpqUri uri, Origin origin, CancellationToken cancel) =>
        OpenServerAsync(uri, origin, cancel).ToAsync();

    private static async Task<Either<DomainError, OpenLedger>> OpenPrivateAsync(
        ClusterPlace place, Origin origin, CancellationToken cancel)
    {
        // The error of a socket that is not there costs more than the question.
        if (File.Exists(place.Socket))
        {
            var opened = await OnceAsync();
            if (!opened.Match(Right: _ => false, Left: error => error is DomainError.LedgerUnreachable))
            {
                return opened;
            }
        }

        var up = await PrivateCluster.EnsureUpAsync(place, cancel);
        return await up.MatchAsync(_ => OnceAsync(), Left<DomainError, OpenLedger>);

        Task<Either<DomainError, OpenLedger>> OnceAsync() => OpenAsync(
            () => Database.Open(PrivateCluster.Settings(place, ClusterPlace.Engine), place.Sockets, encrypted: false),
            () => Database.Open(PrivateCluster.Settings(place, ClusterPlace.Owner), place.Sockets, encrypted: false),
            origin, stop => PrivateCluster.EnsureUpAsync(place, stop).ToAsync(), cancel);
    }

    private static Task<Either<DomainError, OpenLedger>> OpenServerAsync(LibpqUri uri, Origin origin, CancellationToken cancel)
    {
        var socket = uri.Host?.StartsWith('/') == true;
        return OpenAsync(Connect, Connect, origin, _ => RightAsync<DomainError, Unit>(unit), cancel);

        Database Connect() => Database.Open(ServerSettings.Of(uri), uri.Where, encrypted: !socket);
    }

    private static async Task<Either<DomainError, OpenLedger>> OpenAsync(
        Func<Database> engine, Func<Database> owner, Origin origin, Func<CancellationToken, EitherAsync<DomainError, Unit>> wake,
        CancellationToken cancel)
    {
        var database = engine();
        var opened = await StandAsync(database, cancel);
        if (opened.Match(Right: stand => stand.Version < Migrations.Newest, Left: _ => false))
        {
            var maker = owner();
            await using (maker.Source)
            {
                var migrated = await Migrations.ApplyAsync(maker, cancel);
                opened = await migrated.MatchAsync(_ => StandAsync(database, cancel), Left<DomainError, Stand>);
            }
        }

        if (opened.Match(Right: stand => stand.Version == Migrations.Newest && stand.Views != Migrations.Views, Left: _ => false))
        {
            var rebuilt = await Rebuild.RunAsync(database, (_, _) => { }, cancel);
            opened = await rebuilt.MatchAsync(_ => StandAsync(database, cancel), Left<DomainError, Stand>);
        }

        var ledger = opened.Bind(stand => stand.Version > Migrations.Newest
            ? Left<DomainError, OpenLedger>(Migrations.Newer(stand.Version))
            : Create(database, origin, wake, stand));
        if (ledger.IsLeft)
        {
            await database.Source.DisposeAsync();
        }

        return ledger;
    }

    private static OpenLedger Create(
        Database database, Origin origin, Func<CancellationToken, EitherAsync<DomainError, Unit>> wake, Stand stand) => new(
        PostgresEventStore.Create(database, origin, wake),
        PostgresViews.Create(database),
        PostgresEventLog.Create(database),
        new LedgerCare(
            Rebuild: (progress, cancel) => Rebuild.RunAsync(database, progress, cancel).ToAsync(),
            Close: () => database.Source.DisposeAsync().AsTask(),
            Wake: wake),
        PostgresRetries.Create(database),
        stand.Head,
        stand.Root)
    {
        Tree = PostgresLedgerTree.Create(database),
    };

    private sealed record Stand(int Version, string Views, long Head, Option<RootRow> Root);

    /// <summary>Where the ledger stands, in one round trip. No tables at all is version 0.</summary>
    private static Task<Either<DomainError, Stand>> StandAsync(Database database, CancellationToken cancel) =>
        database.Use<Stand>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    """
                    select (select max(version) from eventdock.migrations),
                           (select string_agg(name || ':' || version, ',' order by name collate "C") from eventdock.view_versions),
                           h.position,
                           (select row::text from eventdock.view_root where valid_to is null and key = 'root')
                    from eventdock.head h
                    """, connection);
                try
                {
                    await using var reader = await command.ExecuteReaderAsync(cancel);
                    await reader.ReadAsync(cancel);
                    return new Stand(
                        reader.GetInt32(0), reader.IsDBNull(1) ? "" : reader.GetString(1), reader.GetInt64(2),
                        reader.IsDBNull(3) ? None : Some((RootRow)RootView.Projection.Erased.Read(reader.GetString(3))));
                }
                catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
                {
                    return new Stand(0, "", 0, None);
                }
            },
            cancel);
}
