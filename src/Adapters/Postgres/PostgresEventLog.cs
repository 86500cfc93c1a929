namespace EventDock.Adapters.Postgres;

using System.Data;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>The log: streamed newest first, one event in memory at a time; of those whose rows have been dropped, their positions.</summary>
internal static class PostgresEventLog
{
    public static EventLog Create(Database database) => new(
        Read: (query, each, cancel) =>
            (from aliases in Aliases(query.Types).ToAsync()
             from read in ReadAsync(database, query, aliases, each, cancel).ToAsync()
             select read),
        Head: cancel => HeadAsync(database, cancel).ToAsync());

    private static Either<DomainError, string[]> Aliases(Seq<string> names) =>
        names.All(name => EventCodec.Kinds.Find(kind => kind.Name == name)
                .Map(kind => kind.Alias)
                .ToEither<DomainError>(() => new DomainError.Invalid("event type", name, "there is no such event")))
            .Map(aliases => aliases.ToArray());

    private static Task<Either<DomainError, Unit>> ReadAsync(
        Database database, LogQuery query, string[] aliases, Func<Recorded<DockEvent>, Unit> each, CancellationToken cancel) =>
        database.Use<Unit>(
            async connection =>
            {
                // One snapshot: an event whose row is dropped meanwhile is seen once, and not twice or never.
                await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
                var older = await SealedAsync(database, connection, query, aliases, cancel);
                var left = query.Limit ?? int.MaxValue;

                // An event of a segment comes whole.
                Func<Recorded<DockEvent>, Unit> given = query.WithPaths ? each : recorded => each(LayerWritten.WithoutPaths(recorded));
                await using var command = Command(connection, query, aliases, dropped: false);
                await using var reader = await command.ExecuteReaderAsync(cancel);
                while (left > 0 && await reader.ReadAsync(cancel))
                {
                    var read = GiveSealed(older, reader.GetInt64(0), given, ref left)
                        .Bind(_ => left > 0 ? EventRow.Read(reader).Map(recorded => given(recorded)) : unit);
                    if (read.IsLeft)
                    {
                        return read;
                    }

                    left--;
                }

                return GiveSealed(older, 0, given, ref left);
            },
            cancel);

    /// <summary>Events whose rows have been dropped, the newest first; not read from their files yet.</summary>
    private sealed record Older(Queue<(long Position, string? Gone)> Positions, SealedRows Rows);

    private static async Task<Older> SealedAsync(
        Database database, NpgsqlConnection connection, LogQuery query, string[] aliases, CancellationToken cancel)
    {
        var positions = new Queue<(long, string?)>();
        await using (var command = Command(connection, query, aliases, dropped: true))
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel))
            {
                positions.Enqueue((reader.GetInt64(0), EventRow.Gone(reader)));
            }
        }

        return new Older(
            positions, positions.Count > 0 ? await SealedRows.OfAsync(database.Segments, connection, cancel) : new SealedRows(database.Segments, []));
    }

    /// <summary>Gives those that are newer than a position.</summary>
    private static Either<DomainError, Unit> GiveSealed(Older older, long than, Func<Recorded<DockEvent>, Unit> each, ref int left)
    {
        while (left > 0 && older.Positions.TryPeek(out var next) && next.Position > than)
        {
            older.Positions.Dequeue();
            left--;
            var given = older.Rows.Recorded(next.Position, next.Gone).Map(recorded => each(recorded));
            if (given.IsLeft)
            {
                return given;
            }
        }

        return unit;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, LogQuery query, string[] aliases, bool dropped)
    {
        var command = new NpgsqlCommand { Connection = connection };
        var conditions = new List<string>();
        if (!query.Streams.IsEmpty || !query.Prefixes.IsEmpty)
        {
            conditions.Add(Among(query.Streams, query.Prefixes));
        }

        foreach (var set in query.Within)
        {
            conditions.Add(set.Exact.IsEmpty && set.Prefixes.IsEmpty ? "false" : Among(set.Exact, set.Prefixes));
        }

        if (!query.Labels.IsEmpty)
        {
            conditions.Add(LogConditions.Labels(query.Labels, json => Add(json, NpgsqlDbType.Jsonb)));
        }

        if (!query.Paths.IsEmpty)
        {
            conditions.Add(LogConditions.Paths(query.Paths, bytes => Add(bytes, NpgsqlDbType.Bytea)));
        }

        if (aliases.Length > 0)
        {
            conditions.Add($"e.type = any({Add(aliases, NpgsqlDbType.Array | NpgsqlDbType.Text)})");
        }

        if (query.Command is { } id)
        {
            conditions.Add($"e.correlation_id = {Add(id.ToString("D"), NpgsqlDbType.Text)}");
        }

        // Recorded times rise with the position, so a bound in time is a bound in positions, which are indexed.
        if (query.Since is { } since)
        {
            conditions.Add("e.seq_id > coalesce((select position from eventdock.leaves where recorded < "
                + $"{Add(since.UtcDateTime, NpgsqlDbType.TimestampTz)} order by recorded desc, position desc limit 1), 0)");
        }

        if (query.Until is { } until)
        {
            conditions.Add("e.seq_id <= coalesce((select position from eventdock.leaves where recorded <= "
                + $"{Add(until.UtcDateTime, NpgsqlDbType.TimestampTz)} order by recorded desc, position desc limit 1), 0)");
        }

        if (query.SincePosition is { } from)
        {
            conditions.Add($"e.seq_id >= {Add(from, NpgsqlDbType.Bigint)}");
        }

        if (query.UntilPosition is { } to)
        {
            conditions.Add($"e.seq_id <= {Add(to, NpgsqlDbType.Bigint)}");
        }

        var filter = conditions.Count == 0 ? "" : $" and {string.Join(" and ", conditions)}";
        var limit = query.Limit is { } most ? $" limit {Add((long)most, NpgsqlDbType.Bigint)}" : "";
        command.CommandText = dropped
            ? $"select {EventRow.SealedColumns} from eventdock.sealed e where true{filter} order by e.seq_id desc{limit}"
            : $"select {(query.WithPaths ? EventRow.Columns : EventRow.WithoutPaths)} from eventdock.mt_events e cross join eventdock.head h "
                + $"where {EventRow.Own}{filter} order by e.seq_id desc{limit}";
        return command;

        // ^@ is "begins with"; it uses the index where the database sorts bytewise, as the private cluster does.
        string Among(Seq<string> streams, Seq<string> prefixes)
        {
            var named = prefixes.Map(prefix => $"e.stream_id ^@ {Add(prefix, NpgsqlDbType.Text)}").ToList();
            if (!streams.IsEmpty)
            {
                named.Add($"e.stream_id = any({Add(streams.Map(StoredText.Of).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})");
            }

            return $"({string.Join(" or ", named)})";
        }

        string Add(object value, NpgsqlDbType type)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value is string text ? StoredText.Of(text) : value, NpgsqlDbType = type });
            return FormattableString.Invariant($"${command.Parameters.Count}");
        }
    }

    private static Task<Either<DomainError, long>> HeadAsync(Database database, CancellationToken cancel) =>
        database.Use<long>(
            async connection =>
            {
                await using var command = new NpgsqlCommand("select position from eventdock.head", connection);
                return (long)(await command.ExecuteScalarAsync(cancel))!;
            },
            cancel);
}
