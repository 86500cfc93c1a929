namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using Npgsql;
using NpgsqlTypes;

/// <summary>
/// What another program has put into the ledger's tables is recorded: a ForeignEventFound each, all that were found in
/// appends of their own, ahead of the append that met them. From then on their positions are passed over.
/// </summary>
internal static class Strangers
{
    private const int Most = 1000;

    /// <summary>
    /// Several commands may find the same; one records them, the others lose a race on the stream and find nothing any more.
    /// </summary>
    public static async Task<Either<DomainError, Unit>> RecordAsync(Database database, Origin origin)
    {
        for (var next = 2; ; next++)
        {
            var unmet = await database.Use(UnmetAsync, CancellationToken.None);
            var append = unmet.Map(found => Prepared(origin, found.Version, found.Events));
            if (append.Match(Right: a => a.Events.Count == 0, Left: _ => true))
            {
                return append.Map(_ => unit);
            }

            var outcome = await append.MatchAsync(
                RightAsync: a => AppendOnce.RunAsync(database, a, new KnownRows(), CancellationToken.None),
                Left: error => (error, Again.No));
            var raced = outcome.Again == Again.Strangers
                || outcome.Result.Match(Right: _ => false, Left: error => error is DomainError.Conflict);
            if (outcome.Result.IsLeft && !raced)
            {
                return outcome.Result.Map(_ => unit);
            }

            if (raced)
            {
                if (next > 100)
                {
                    return outcome.Result.Map(_ => unit);
                }

                await PostgresRetries.PauseAsync(next, CancellationToken.None);
            }
        }
    }

    private static PreparedAppend Prepared(Origin origin, long version, IReadOnlyList<ForeignEventFound> found)
    {
        var now = DateTimeOffset.UtcNow;
        var append = new StreamAppend(Streams.Strangers, version, found.Select(e => Fact.At(now, e)).ToSeq());
        return PreparedAppend.Of(origin, new HeaderText(origin), found.Count == 0 ? Seq<StreamAppend>() : Seq1(append), Seq<Guard>(), null) with
        {
            Strangers = found.Select(e => e.Position.Value).ToArray(),
        };
    }

    /// <summary>The first of them, and the version of the stream they are recorded in, theirs in it included.</summary>
    private static async Task<Either<DomainError, (long Version, IReadOnlyList<ForeignEventFound> Events)>> UnmetAsync(
        NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select e.seq_id, e.id, coalesce(e.stream_id, ''), e.version, e.type, greatest(
                coalesce((select version from eventdock.mt_streams where id = $1), 0),
                coalesce((select max(version) from eventdock.mt_events where stream_id = $1), 0))
            from eventdock.head h cross join lateral eventdock.unmet_strangers(h.position) s(position)
            join eventdock.mt_events e on e.seq_id = s.position
            order by e.seq_id limit {Most}
            """, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Streams.Strangers, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync();
        var (version, found) = (0L, new List<ForeignEventFound>());
        while (await reader.ReadAsync())
        {
            version = reader.GetInt64(5);
            found.Add(new ForeignEventFound(
                reader.GetInt64(0), reader.GetGuid(1).ToString("D"), reader.GetString(2), reader.GetInt64(3), reader.GetString(4)));
        }

        return (version, (IReadOnlyList<ForeignEventFound>)found);
    }
}
