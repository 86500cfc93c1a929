namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;

/// <summary>A database that is to be filled from an export, to be looked at: it must hold nothing.</summary>
public static class PostgresScratch
{
    /// <summary>Opens it, and makes the tables. Errors: DatabaseNotEmpty, and those of every server.</summary>
    public static EitherAsync<DomainError, OpenLedger> Open(
        LibpqUri uri, Origin origin, Action<BuildProgress> told, CancellationToken cancel) =>
        from empty in EmptyAsync(uri, cancel).ToAsync()
        from ledger in PostgresLedger.OpenServer(uri, SegmentFiles.None, origin, told, cancel)
        select ledger;

    /// <summary>Tables of EventDock's own may be there: whether they hold events is asked when it is filled.</summary>
    private static async Task<Either<DomainError, Unit>> EmptyAsync(LibpqUri uri, CancellationToken cancel)
    {
        var database = ServerSettings.Open(uri);
        await using var source = database.Source;
        return await database.Use<Unit>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    """
                    select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
                        and to_regclass('eventdock.head') is null
                    order by 1 limit 1
                    """, connection);
                return await command.ExecuteScalarAsync(cancel) is string table ? new DomainError.DatabaseNotEmpty(uri.Where, table) : unit;
            },
            cancel);
    }
}
