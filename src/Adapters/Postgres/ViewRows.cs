namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using Npgsql;

/// <summary>What a question to views is answered with, in one round trip with whether they have stopped.</summary>
internal static class ViewRows
{
    /// <param name="at">As of which the views are asked; None: now.</param>
    /// <param name="views">Those that the query asks, and that must not have stopped.</param>
    public static EitherAsync<DomainError, Seq<T>> Of<T>(
        Database database, Option<long> at, string[] views, NpgsqlBatchCommand query, Func<NpgsqlDataReader, T> read, CancellationToken cancel) =>
        database.Use<Seq<T>>(
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { ViewStops.Asked(at, views), query } };
                await using var reader = await batch.ExecuteReaderAsync(cancel);
                if (await ViewStops.ReadAsync(reader, cancel) is { } stopped)
                {
                    return stopped;
                }

                var rows = new List<T>();
                while (await reader.ReadAsync(cancel))
                {
                    rows.Add(read(reader));
                }

                return rows.ToArray().ToSeq();
            },
            cancel).ToAsync();

    public static NpgsqlBatchCommand Query(string sql, params NpgsqlParameter[] values)
    {
        var query = new NpgsqlBatchCommand(sql);
        query.Parameters.AddRange(values);
        return query;
    }
}
