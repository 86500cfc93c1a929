namespace EventDock.Adapters.Postgres;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;

/// <summary>
/// Rows that have ended: the last version of each key, where that is closed. By the primary key; of all, or by name, one version of each key
/// that has ever been is looked at, and no event.
/// </summary>
internal static class EndedRows
{
    public static EndedReader<TRow> Create<TRow>(Database database, Projection<TRow> view) where TRow : class =>
        new((query, cancel) => ViewRows.Of(
            database, query.AsOf, [view.Name], Command(view.Name, query),
            reader => new Ended<TRow>(
                view.Read(reader.GetString(0)), reader.GetInt64(1), new DateTimeOffset(reader.GetDateTime(2), TimeSpan.Zero)),
            cancel));

    /// <summary>
    /// A row may have had very many versions: from key to key by the index, and of each the last one, costs less than to look at all of them.
    /// </summary>
    private static NpgsqlBatchCommand Command(string view, EndedQuery query)
    {
        var command = new NpgsqlBatchCommand();
        var (within, named) = ("", "");
        if (!query.Keys.IsEmpty)
        {
            command.Parameters.Add(ArrayParameter.Texts(query.Keys));
            within += Next(" and v.key = any(${0})");
        }

        if (query.Prefix.Length > 0)
        {
            command.Parameters.Add(PostgresViews.Text(query.Prefix));
            within += Next(" and v.key >= ${0}");
            command.Parameters.Add(PostgresViews.Text(query.Prefix + PostgresViews.AfterAll));
            within += Next(" and v.key < ${0}");
        }

        if (query.Name.Length > 0)
        {
            command.Parameters.Add(PostgresViews.Text(query.Name));
            named = Next(" and v.row->>'Name' = ${0}");
        }

        var (come, ended) = query.AsOf.Match(
            Some: at => (Bound(" and v.valid_from <= {0}", at), Bound(" and v.valid_to <= {0}", at)), None: () => ("", ""));
        command.CommandText =
            $"""
            with recursive keys(key) as (
                (select v.key from eventdock.view_{view} v where true{within} order by v.key limit 1)
                union all
                select (select v.key from eventdock.view_{view} v where v.key > keys.key{within} order by v.key limit 1)
                from keys where keys.key is not null)
            select v.row::text, v.valid_to, l.recorded
            from keys
            cross join lateral (
                select v.key, v.row, v.valid_to from eventdock.view_{view} v where v.key = keys.key{come} order by v.valid_from desc limit 1) v
            join eventdock.leaves l on l.position = v.valid_to
            where v.valid_to is not null{ended}{named}
            order by v.valid_to desc, v.key
            """;
        return command;

        string Next(string condition) => string.Format(CultureInfo.InvariantCulture, condition, command.Parameters.Count);

        string Bound(string condition, long position) => string.Format(CultureInfo.InvariantCulture, condition, position);
    }
}
