namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using Npgsql;
using NpgsqlTypes;

/// <summary>
/// Where a view has stopped, it shows what was true before that position: asked for then, it answers; asked for now, it refuses.
/// </summary>
internal static class ViewStops
{
    /// <summary>Comes first in a reader's batch: the stop that makes the views' rows not the answer.</summary>
    public static NpgsqlBatchCommand Asked(Option<long> at, params string[] views) =>
        // Every command asks this. One text, since the driver's first array takes it more than a millisecond to make ready for.
        new("""
            select view, position, type, reason from eventdock.view_stops
            where view = any(string_to_array($1, ',')) and position <= $2 order by view limit 1
            """)
        {
            Parameters =
            {
                new NpgsqlParameter { Value = string.Join(',', views), NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter { Value = at.IfNone(long.MaxValue), NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };

    /// <summary>Every stop there is.</summary>
    public static Task<Either<DomainError, Seq<DomainError.ViewStopped>>> AllAsync(Database database, CancellationToken cancel) =>
        database.Use<Seq<DomainError.ViewStopped>>(
            async connection =>
            {
                await using var command = new NpgsqlCommand("select view, position, type, reason from eventdock.view_stops order by view", connection);
                await using var reader = await command.ExecuteReaderAsync(cancel);
                var stops = new List<DomainError.ViewStopped>();
                while (await reader.ReadAsync(cancel))
                {
                    stops.Add(new DomainError.ViewStopped(reader.GetString(0), reader.GetInt64(1), reader.GetString(2), reader.GetString(3)));
                }

                return stops.ToSeq();
            },
            cancel);

    /// <summary>Reads what was asked, and moves on to the rows behind it. Null: the views can be read.</summary>
    public static async Task<DomainError?> ReadAsync(NpgsqlDataReader reader, CancellationToken cancel)
    {
        DomainError? stopped = await reader.ReadAsync(cancel)
            ? new DomainError.ViewStopped(reader.GetString(0), reader.GetInt64(1), reader.GetString(2), reader.GetString(3))
            : null;
        await reader.NextResultAsync(cancel);
        return stopped;
    }
}
