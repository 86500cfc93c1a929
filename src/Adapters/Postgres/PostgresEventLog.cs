namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>The log: streamed newest first, one event in memory at a time.</summary>
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
                await using var command = Command(connection, query, aliases);
                await using var reader = await command.ExecuteReaderAsync(cancel);
                while (await reader.ReadAsync(cancel))
                {
                    var read = EventRow.Read(reader);
                    if (read.IsLeft)
                    {
                        return read.Map(_ => unit);
                    }

                    read.IfRight(recorded => each(recorded));
                }

                return unit;
            },
            cancel);

    private static NpgsqlCommand Command(NpgsqlConnection connection, LogQuery query, string[] aliases)
    {
        var command = new NpgsqlCommand { Connection = connection };
        var conditions = new List<string>();
        if (!query.Streams.IsEmpty || !query.Prefixes.IsEmpty)
        {
            // ^@ is "begins with"; it uses the index where the database sorts bytewise, as the private cluster does.
            var named = query.Prefixes.Map(prefix => $"e.stream_id ^@ {Add(prefix, NpgsqlDbType.Text)}");
            conditions.Add("(" + string.Join(" or ", query.Streams.IsEmpty
                ? named
                : named.Add($"e.stream_id = any({Add(query.Streams.Map(StoredText.Of).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})")) + ")");
        }

        if (aliases.Length > 0)
        {
            conditions.Add($"e.type = any({Add(aliases, NpgsqlDbType.Array | NpgsqlDbType.Text)})");
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
        command.CommandText = $"select {EventRow.Columns} from eventdock.mt_events e cross join eventdock.head h "
            + $"where {EventRow.Own}{filter} order by e.seq_id desc{limit}";
        return command;

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
