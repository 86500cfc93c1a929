namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using Npgsql;

/// <summary>Streams as they stand, any number of them in one statement.</summary>
internal static class StreamReads
{
    private const string Rows =
        $"select {EventRow.WithoutPaths}, {EventRow.Own}, s.version from eventdock.mt_events e "
        + "join eventdock.mt_streams s on s.id = e.stream_id cross join eventdock.head h where e.stream_id = any($1)";

    /// <summary>In one statement: an event whose row is dropped meanwhile is seen once, and not twice or never.</summary>
    private const string AllRows =
        $"{Rows} union all select {EventRow.SealedColumns}, true, s.version from eventdock.sealed e "
        + "join eventdock.mt_streams s on s.id = e.stream_id where e.stream_id = any($1)";

    /// <summary>In the order in which they are asked for; one that there is not is at version 0.</summary>
    public static Task<Either<DomainError, Seq<StreamPast>>> PastsAsync(Database database, Seq<string> streams, CancellationToken cancel) =>
        database.Use<Seq<StreamPast>>(
            async connection =>
            {
                var names = streams.Map(StoredText.Of).ToArray();
                var found = new Dictionary<string, Found>();
                if (await ReadAsync(connection, Rows, names, found, cancel) is { } unreadable)
                {
                    return unreadable;
                }

                // Few streams have lost rows to segments, and to plan the search for those takes longer than all the rest.
                if (found.Values.Any(stream => !stream.IsWhole) && await ReadAsync(connection, AllRows, names, found, cancel) is { } unread)
                {
                    return unread;
                }

                var known = new List<StreamPast>(names.Length);
                foreach (var name in names)
                {
                    var past = await found[name].PastAsync(database, connection, cancel);
                    if (past.IsLeft)
                    {
                        return past.Map(_ => Seq<StreamPast>());
                    }

                    past.IfRight(known.Add);
                }

                return known.ToSeq();
            },
            cancel);

    /// <summary>Null, or what cannot be read.</summary>
    private static async Task<DomainError?> ReadAsync(
        NpgsqlConnection connection, string rows, string[] names, Dictionary<string, Found> found, CancellationToken cancel)
    {
        foreach (var name in names)
        {
            found[name] = new Found();
        }

        await using var command = new NpgsqlCommand($"{rows} order by 3", connection) { Parameters = { ArrayParameter.Texts(names) } };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            if (found[reader.GetString(1)].Take(reader) is { } unreadable)
            {
                return unreadable;
            }
        }

        return null;
    }

    /// <summary>One stream's rows.</summary>
    private sealed class Found
    {
        private readonly List<Recorded<DockEvent>> events = [];
        private readonly List<(long Position, string? Gone)> dropped = [];
        private long version;
        private long rows;

        /// <summary>As many rows as the stream has versions: none has been dropped. Of one without rows nobody knows.</summary>
        public bool IsWhole => rows > 0 && rows == version;

        /// <summary>Null, or why the row cannot be read.</summary>
        public DomainError? Take(NpgsqlDataReader row)
        {
            rows += row.GetInt64(2) > 0 ? 1 : 0;
            version = Math.Max(row.GetInt64(2), row.GetInt64(EventRow.Width + 1));
            if (EventRow.IsSealed(row))
            {
                dropped.Add((row.GetInt64(0), EventRow.Gone(row)));
                return null;
            }

            return row.GetBoolean(EventRow.Width)
                ? EventRow.Read(row).MatchUnsafe<DomainError?>(
                    Right: read =>
                    {
                        events.Add(read);
                        return null;
                    },
                    Left: error => error)
                : null;
        }

        public async Task<Either<DomainError, StreamPast>> PastAsync(Database database, NpgsqlConnection connection, CancellationToken cancel) =>
            (await SealedAsync(database, connection, cancel)).Map(first => new StreamPast(
                // What is gone decides nothing any more; the version counts it.
                first.Concat(events).Where(e => e.Event is not DataRedacted).OrderBy(e => e.Version).ToArray().ToSeq(), version));

        /// <summary>Events whose rows have been dropped.</summary>
        private async Task<Either<DomainError, Seq<Recorded<DockEvent>>>> SealedAsync(
            Database database, NpgsqlConnection connection, CancellationToken cancel)
        {
            if (dropped.Count == 0)
            {
                return Seq<Recorded<DockEvent>>();
            }

            var rows = await SealedRows.OfAsync(database.Segments, connection, cancel);
            return dropped.ToSeq().All(d => rows.Recorded(d.Position, d.Gone)).Map(found => found.Map(LayerWritten.WithoutPaths).Strict());
        }
    }
}
