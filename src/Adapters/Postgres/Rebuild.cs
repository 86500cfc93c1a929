namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>
/// All views folded again from position 1 into fresh tables, which are then moved into the place of the old ones. Everything
/// is one transaction, and appends go on until the last step: that takes the head's lock, folds what came meanwhile and
/// swaps. What is held in memory is the open rows, and a few thousand closed ones before they are written.
/// </summary>
internal static class Rebuild
{
    private const int Page = 1000;
    private const int MostHeld = 4000;

    /// <summary>Error: LedgerUnreadable, naming the event that cannot be folded; the views stay as they were.</summary>
    public static Task<Either<DomainError, long>> RunAsync(Database database, Action<long, long> progress, CancellationToken cancel) =>
        database.Use<long>(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                // One rebuild at a time.
                await ExecuteAsync(connection, "lock table eventdock.view_versions in share row exclusive mode", cancel);
                foreach (var view in AllViews.Projections)
                {
                    await ExecuteAsync(
                        connection,
                        $"drop table if exists eventdock_fresh.view_{view.Name}; select eventdock.make_view_table('eventdock_fresh', '{view.Name}')",
                        cancel);
                }

                var fold = new Fold();
                var folded = await FoldAsync(connection, fold, progress, cancel);
                if (folded.IsLeft)
                {
                    return folded.Map(_ => 0L);
                }

                foreach (var view in AllViews.Projections)
                {
                    await ExecuteAsync(connection, $"select eventdock.make_view_indexes('eventdock_fresh', '{view.Name}')", cancel);
                }

                await ExecuteAsync(connection, "lock table eventdock.head in exclusive mode", cancel);
                folded = await FoldAsync(connection, fold, progress, cancel);
                if (folded.IsLeft)
                {
                    return folded.Map(_ => 0L);
                }

                await fold.WriteAsync(connection, all: true, cancel);
                foreach (var view in AllViews.Projections)
                {
                    await SwapAsync(connection, view.Name, cancel);
                }

                await Migrations.VersionsAsync(connection, onlyNew: false, cancel);
                await ExecuteAsync(connection, "delete from eventdock.view_stops", cancel);
                await transaction.CommitAsync(cancel);
                return fold.Position;
            },
            cancel);

    /// <summary>Folds what stands above the fold's position, page by page, writing between the pages.</summary>
    private static async Task<Either<DomainError, Unit>> FoldAsync(
        NpgsqlConnection connection, Fold fold, Action<long, long> progress, CancellationToken cancel)
    {
        for (var more = true; more;)
        {
            var before = fold.Position;
            var head = 0L;
            await using (var command = new NpgsqlCommand(
                $"select {EventRow.Columns}, h.position from eventdock.mt_events e, eventdock.head h "
                + $"where e.seq_id > $1 and {EventRow.Own} order by e.seq_id limit {Page}", connection))
            {
                command.Parameters.Add(new NpgsqlParameter { Value = before, NpgsqlDbType = NpgsqlDbType.Bigint });
                await using var reader = await command.ExecuteReaderAsync(cancel);
                while (await reader.ReadAsync(cancel))
                {
                    head = reader.GetInt64(8);
                    var read = EventRow.Read(reader);
                    if (read.IsLeft)
                    {
                        return read.Map(_ => unit);
                    }

                    read.IfRight(fold.Add);
                }
            }

            more = fold.Position > before;
            if (more)
            {
                progress(fold.Position, Math.Max(head, fold.Position));
            }

            if (fold.Held > MostHeld)
            {
                await fold.WriteAsync(connection, all: false, cancel);
            }
        }

        return unit;
    }

    private static async Task SwapAsync(NpgsqlConnection connection, string view, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            select tableowner, tableowner <> current_user from pg_tables where schemaname = 'eventdock' and tablename = $1
            """, connection)
        {
            Parameters = { new() { Value = $"view_{view}", NpgsqlDbType = NpgsqlDbType.Text } },
        };
        string? owner = null;
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            if (await reader.ReadAsync(cancel) && reader.GetBoolean(1))
            {
                owner = reader.GetString(0);
            }
        }

        var keep = owner is null
            ? ""
            : $"alter table eventdock_fresh.view_{view} owner to \"{owner.Replace("\"", "\"\"", StringComparison.Ordinal)}\";";
        await ExecuteAsync(
            connection,
            $"""
            drop table if exists eventdock.view_{view};
            {keep}
            alter table eventdock_fresh.view_{view} set schema eventdock;
            analyze eventdock.view_{view};
            """,
            cancel);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>The views as far as they are folded: open rows, and closed ones that are not yet written.</summary>
    private sealed class Fold
    {
        private sealed record Version(string Key, long From, long? To, string Row);

        private sealed class Table(AnyProjection view)
        {
            public AnyProjection View { get; } = view;

            public Dictionary<string, (object Row, string Stored, long From)> Open { get; } = [];

            public List<Version> Closed { get; } = [];
        }

        private readonly List<Table> tables = AllViews.Projections.Map(view => new Table(view)).ToList();

        public long Position { get; private set; }

        public int Held => tables.Sum(t => t.Closed.Count);

        public void Add(Recorded<DockEvent> recorded)
        {
            foreach (var table in tables)
            {
                foreach (var key in table.View.Keys(recorded.Event))
                {
                    Add(table, key, recorded);
                }
            }

            Position = recorded.Position;
        }

        private static void Add(Table table, string key, Recorded<DockEvent> recorded)
        {
            var open = table.Open.TryGetValue(key, out var found);
            var after = table.View.Apply(open ? found.Row : null, recorded.Fact);
            if (!RowChanges.Changed(table.View, open ? found.Row : null, after, out var stored))
            {
                return;
            }

            if (open)
            {
                table.Closed.Add(new Version(key, found.From, recorded.Position, found.Stored));
                table.Open.Remove(key);
            }

            if (after is not null && stored is not null)
            {
                table.Open[key] = (after, stored, recorded.Position);
            }
        }

        /// <summary>Writes the closed rows; at the end the open ones, too.</summary>
        public async Task WriteAsync(NpgsqlConnection connection, bool all, CancellationToken cancel)
        {
            foreach (var table in tables)
            {
                var open = all
                    ? table.Open.Select(o => new Version(o.Key, o.Value.From, null, o.Value.Stored))
                    : [];
                await CopyAsync(connection, table.View.Name, table.Closed.Concat(open), cancel);
                table.Closed.Clear();
            }
        }

        private static async Task CopyAsync(
            NpgsqlConnection connection, string view, IEnumerable<Version> versions, CancellationToken cancel)
        {
            await using var copy = await connection.BeginBinaryImportAsync(
                $"copy eventdock_fresh.view_{view} (key, valid_from, valid_to, row) from stdin (format binary)", cancel);
            foreach (var version in versions)
            {
                await copy.StartRowAsync(cancel);
                await copy.WriteAsync(version.Key, NpgsqlDbType.Text, cancel);
                await copy.WriteAsync(version.From, NpgsqlDbType.Bigint, cancel);
                if (version.To is { } to)
                {
                    await copy.WriteAsync(to, NpgsqlDbType.Bigint, cancel);
                }
                else
                {
                    await copy.WriteNullAsync(cancel);
                }

                await copy.WriteAsync(version.Row, NpgsqlDbType.Jsonb, cancel);
            }

            await copy.CompleteAsync(cancel);
        }
    }
}
