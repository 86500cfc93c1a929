namespace EventDock.Adapters.Postgres;

using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;

/// <summary>Opens the ledger: one connection and one round trip when all is as it was, and the long way round when it is not.</summary>
public static class PostgresLedger
{
    /// <summary>
    /// The ledger in the root's private cluster, which is made and started if need be. Commands work in it as the engine's
    /// role, which can add events and change none; the tables are made by their owner.
    /// </summary>
    /// <param name="segments">Where events are whose rows have been dropped.</param>
    /// <param name="told">Of views that are built anew before the command can begin: their folds are of an earlier version.</param>
    /// <param name="early">A connection that has been begun for this.</param>
    public static EitherAsync<DomainError, OpenLedger> OpenPrivate(
        ClusterPlace place, SegmentFiles segments, Origin origin, Action<BuildProgress> told, Option<EarlyConnection> early,
        CancellationToken cancel) =>
        OpenPrivateAsync(place, segments, origin, told, early, cancel).ToAsync();

    public static EitherAsync<DomainError, OpenLedger> OpenPrivate(ClusterPlace place, Origin origin, CancellationToken cancel) =>
        OpenPrivate(place, SegmentFiles.None, origin, _ => { }, None, cancel);

    /// <summary>The ledger on any server; the URI's user makes the tables and works in them.</summary>
    /// <param name="told">As of <see cref="OpenPrivate(ClusterPlace, SegmentFiles, Origin, Action{BuildProgress}, Option{EarlyConnection}, CancellationToken)"/>.</param>
    public static EitherAsync<DomainError, OpenLedger> OpenServer(
        LibpqUri uri, SegmentFiles segments, Origin origin, Action<BuildProgress> told, CancellationToken cancel) =>
        OpenServerAsync(uri, segments, origin, told, cancel).ToAsync();

    public static EitherAsync<DomainError, OpenLedger> OpenServer(LibpqUri uri, Origin origin, CancellationToken cancel) =>
        OpenServer(uri, SegmentFiles.None, origin, _ => { }, cancel);

    private static async Task<Either<DomainError, OpenLedger>> OpenPrivateAsync(
        ClusterPlace place, SegmentFiles segments, Origin origin, Action<BuildProgress> told, Option<EarlyConnection> early,
        CancellationToken cancel)
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
            async () => (await early.Bind(begun => begun.Take()).IfNone(() => Task.FromResult(PrivateCluster.Database(place, ClusterPlace.Engine))))
                with { Segments = segments },
            () => PrivateCluster.Database(place, ClusterPlace.Owner) with { Segments = segments },
            origin, told, stop => PrivateCluster.EnsureUpAsync(place, stop).ToAsync(), cancel);
    }

    private static Task<Either<DomainError, OpenLedger>> OpenServerAsync(
        LibpqUri uri, SegmentFiles segments, Origin origin, Action<BuildProgress> told, CancellationToken cancel)
    {
        return OpenAsync(() => Task.FromResult(Connect()), Connect, origin, told, _ => RightAsync<DomainError, Unit>(unit), cancel);

        Database Connect() => ServerSettings.Open(uri) with { Segments = segments };
    }

    private static async Task<Either<DomainError, OpenLedger>> OpenAsync(
        Func<Task<Database>> engine, Func<Database> owner, Origin origin, Action<BuildProgress> told,
        Func<CancellationToken, EitherAsync<DomainError, Unit>> wake, CancellationToken cancel)
    {
        // Beside the connecting. What it should stumble over, the first row stumbles over again.
        _ = Task.Run(RowJson.SetUp, CancellationToken.None);
        var database = await engine();
        var opened = await LedgerStand.ReadAsync(database, cancel);
        if (opened.Match(Right: stand => stand.Version < Migrations.Newest, Left: _ => false))
        {
            var maker = owner();
            await using (maker.Source)
            {
                var migrated = await Migrations.ApplyAsync(maker, cancel);
                opened = await migrated.MatchAsync(_ => LedgerStand.ReadAsync(database, cancel), Left<DomainError, LedgerStand>);
            }
        }

        opened = await opened.MatchAsync(
            stand => stand.Version == Migrations.Newest
                ? ViewVersions.BuiltAsync(database, stand, told, cancel)
                : Task.FromResult(Right<DomainError, LedgerStand>(stand)),
            Left<DomainError, LedgerStand>);

        var ledger = opened.Bind(stand => stand.Version > Migrations.Newest
            ? Left<DomainError, OpenLedger>(Migrations.Newer(stand.Version))
            : Create(database, owner, origin, wake, stand));
        if (ledger.IsLeft)
        {
            await database.Source.DisposeAsync();
        }

        return ledger;
    }

    /// <summary>
    /// A ledger whose views another version's folds have filled can still be read as a log, and its views be built; whatever needs
    /// them is refused.
    /// </summary>
    private static OpenLedger Create(
        Database database, Func<Database> owner, Origin origin, Func<CancellationToken, EitherAsync<DomainError, Unit>> wake, LedgerStand stand)
    {
        var reconnect = new Reconnect(database, wake);
        var store = PostgresEventStore.Create(database, origin, reconnect);
        var unfit = ViewVersions.Unfit(stand) | stand.Unreadable;
        return new OpenLedger(
            unfit.Match(Some: error => store with { Append = (_, _) => LeftAsync<DomainError, Appended>(error) }, None: () => store),
            unfit.Match(Some: RefusedViews.Create, None: () => PostgresViews.Create(database)),
            PostgresEventLog.Create(database),
            new LedgerCare(
                Views: PostgresViewCare.Create(database),
                Close: () => database.Source.DisposeAsync().AsTask(),
                Wake: wake),
            PostgresRetries.Create(database, reconnect),
            stand.Head,
            stand.Root)
        {
            Tree = PostgresLedgerTree.Create(database),
            Auditor = PostgresLedgerAuditor.Create(owner),
            Exporter = PostgresLedgerExporter.Create(owner),
            Importer = PostgresLedgerImporter.Create(owner),
            Redactor = PostgresRedactor.Create(owner, origin),
            Segments = database.Segments,
            Sealer = PostgresSealer.Create(database, owner, origin, database.Segments),
        };
    }
}
