namespace EventDock.Adapters.Postgres;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;

/// <summary>
/// Rows that have ended: the last version of each key, where that is closed. Of given keys by the primary key; of all, or by name, the versions
/// of the one view are read, and no event.
/// </summary>
internal static class EndedRows
{
    public static EndedReader<TRow> Create<TRow>(Database database, Projection<TRow> view) where TRow : class =>
        new((query, cancel) => database.Use<Seq<Ended<TRow>>>(
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection)
                {
                    BatchCommands = { ViewStops.Asked(query.AsOf, view.Name), Command(view.Name, query) },
                };
                await using var reader = await batch.ExecuteReaderAsync(cancel);
                if (await ViewStops.ReadAsync(reader, cancel) is { } stopped)
                {
                    return stopped;
                }

                var rows = new List<Ended<TRow>>();
                while (await reader.ReadAsync(cancel))
                {
                    rows.Add(new Ended<TRow>(
                        view.Read(reader.GetString(0)), reader.GetInt64(1), new DateTimeOffset(reader.GetDateTime(2), TimeSpan.Zero)));
                }

                return rows.ToArray().ToSeq();
            },
            cancel).ToAsync());

    private static NpgsqlBatchCommand Command(string view, EndedQuery query)
    {
        var command = new NpgsqlBatchCommand();
        var conditions = "";
        if (!query.Keys.IsEmpty)
        {
            command.Parameters.Add(ArrayParameter.Texts(query.Keys));
            conditions += Next(" and v.key = any(${0})");
        }

        if (query.Prefix.Length > 0)
        {
            command.Parameters.Add(PostgresViews.Text(query.Prefix));
            conditions += Next(" and v.key >= ${0}");
            command.Parameters.Add(PostgresViews.Text(query.Prefix + PostgresViews.AfterAll));
            conditions += Next(" and v.key < ${0}");
        }

        if (query.Name.Length > 0)
        {
            command.Parameters.Add(PostgresViews.Text(query.Name));
            conditions += Next(" and v.row->>'Name' = ${0}");
        }

        var (ended, come) = query.AsOf.Match(
            Some: at => (Bound(" and v.valid_to <= {0}", at), Bound(" and s.valid_from <= {0}", at)), None: () => ("", ""));
        command.CommandText =
            $"""
            select v.row::text, v.valid_to, l.recorded
            from eventdock.view_{view} v
            join eventdock.leaves l on l.position = v.valid_to
            where v.valid_to is not null{ended}{conditions} and not exists (
                select 1 from eventdock.view_{view} s where s.key = v.key and s.valid_from >= v.valid_to{come})
            order by v.valid_to desc, v.key
            """;
        return command;

        string Next(string condition) => string.Format(CultureInfo.InvariantCulture, condition, command.Parameters.Count);

        string Bound(string condition, long position) => string.Format(CultureInfo.InvariantCulture, condition, position);
    }
}
