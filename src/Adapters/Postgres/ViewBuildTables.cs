namespace EventDock.Adapters.Postgres;

using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>The tables of views that are being built, and how far each has come.</summary>
internal static class ViewBuildTables
{
    public const string Schema = "eventdock_fresh";

    private const string IndexMemory = "set local maintenance_work_mem = '64MB'";

    /// <summary>How far a view has come.</summary>
    internal sealed record Stand(AnyProjection View, long Position, bool Indexed);

    /// <summary>
    /// Goes on with what an interrupted rebuild has left of the same version, and begins the others. Auditors get no rights by default:
    /// the exchange gives a table those that the old one has, and not every view is theirs to read.
    /// </summary>
    public static async Task<IReadOnlyList<Stand>> PrepareAsync(
        NpgsqlConnection connection, Seq<AnyProjection> views, CancellationToken cancel)
    {
        var left = await LeftAsync(connection, cancel);
        var stands = new List<Stand>();
        var joined = new List<AnyProjection>();
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        foreach (var view in views)
        {
            if (left.TryGetValue(view.Name, out var found) && found.Version == view.Version)
            {
                stands.Add(new Stand(view, found.Position, found.Indexed));
                if (found.Joined && !found.Indexed)
                {
                    joined.Add(view);
                }

                continue;
            }

            await ExecuteAsync(
                connection,
                $"""
                drop table if exists {Schema}.view_{view.Name}, {Schema}.open_{view.Name};
                select eventdock.make_view_table('{Schema}', '{view.Name}');
                create table {Schema}.open_{view.Name} (key text collate "C" primary key, valid_from bigint not null, row jsonb not null);
                do $$ begin
                    if exists (select from pg_roles where rolname = '{ClusterPlace.Audit}') then
                        revoke all on {Schema}.view_{view.Name}, {Schema}.open_{view.Name} from {ClusterPlace.Audit};
                    end if;
                end $$;
                insert into eventdock.view_builds (name, version, position, indexed) values ('{view.Name}', {view.Version}, 0, false)
                    on conflict (name) do update set version = excluded.version, position = 0, indexed = false, updated = clock_timestamp();
                """,
                cancel);
            stands.Add(new Stand(view, 0, false));
        }

        await transaction.CommitAsync(cancel);
        foreach (var view in joined)
        {
            await IndexAsync(connection, view, cancel);
        }

        return stands.Select(s => joined.Contains(s.View) ? s with { Indexed = true } : s).ToList();
    }

    /// <summary>Notes how far views have come, in the transaction that writes it.</summary>
    public static async Task NoteAsync(NpgsqlConnection connection, IEnumerable<string> views, long position, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "update eventdock.view_builds set position = greatest(position, $1), updated = clock_timestamp() where name = any($2)", connection)
        {
            Parameters =
            {
                new() { Value = position, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = views.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Open rows join the closed ones: that their table is gone says that only indexes are missing.</summary>
    public static async Task JoinAsync(NpgsqlConnection connection, AnyProjection view, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await ExecuteAsync(
            connection,
            $"""
            set local synchronous_commit = off;
            insert into {Schema}.view_{view.Name} (key, valid_from, row) select key, valid_from, row from {Schema}.open_{view.Name};
            drop table {Schema}.open_{view.Name};
            """,
            cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>One of the large indexes, while the other is made elsewhere.</summary>
    /// <param name="maker">The function that makes it.</param>
    public static async Task MakeIndexAsync(NpgsqlConnection connection, string maker, AnyProjection view, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await ExecuteAsync(
            connection,
            $"set local synchronous_commit = off; {IndexMemory}; select eventdock.{maker}('{Schema}', '{view.Name}')",
            cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>All indexes that are not there yet.</summary>
    public static async Task IndexAsync(NpgsqlConnection connection, AnyProjection view, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await ExecuteAsync(
            connection,
            $"""
            set local synchronous_commit = off;
            {IndexMemory};
            select eventdock.make_view_indexes('{Schema}', '{view.Name}');
            update eventdock.view_builds set indexed = true, updated = clock_timestamp() where name = '{view.Name}';
            analyze {Schema}.view_{view.Name};
            """,
            cancel);
        await transaction.CommitAsync(cancel);
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Half-built views whose tables are there and this role's own; what another role has begun is begun again.</summary>
    private static async Task<Dictionary<string, (int Version, long Position, bool Indexed, bool Joined)>> LeftAsync(
        NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select b.name, b.version, b.position, b.indexed,
                not exists (select from pg_tables where schemaname = '{Schema}' and tablename = 'open_' || b.name)
            from eventdock.view_builds b
            where exists (select from pg_tables where schemaname = '{Schema}' and tablename = 'view_' || b.name and tableowner = current_user)
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var left = new Dictionary<string, (int, long, bool, bool)>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancel))
        {
            left[reader.GetString(0)] = (reader.GetInt32(1), reader.GetInt64(2), reader.GetBoolean(3), reader.GetBoolean(4));
        }

        return left;
    }
}
