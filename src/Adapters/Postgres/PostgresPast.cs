namespace EventDock.Adapters.Postgres;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>The views' rows whenever they were valid, by the index over keys; and what has a layer, by the index over images' layers.</summary>
internal static class PostgresPast
{
    /// <summary>Greater than any character that can follow a prefix, in the bytewise order of the keys.</summary>
    private const string AfterAll = "\U0010FFFF";

    public static PastViews Create(Database database) => new(
        Containers: (prefix, cancel) => Ever(database, ContainersView.Projection, prefix, cancel),
        Images: (prefix, cancel) => Ever(database, ImagesView.Projection, prefix, cancel),
        Layers: (prefix, cancel) => Ever(database, LayersView.Projection, prefix, cancel),
        ContainersNamed: (name, cancel) => EndedRows.Create(database, ContainersView.Projection)
            .Find(new EndedQuery(None) { Name = name }, cancel).Map(ended => ended.Take(PastViews.Most).Map(e => e.Row).ToSeq().Strict()),
        ImagesWith: (layer, cancel) => Query(
            database, [ImagesView.Projection.Name, TagsView.Projection.Name],
            """
            select i.key, i.row->>'Origin', coalesce((
                select string_agg(t.key, ' ' order by t.key) from eventdock.view_tags t where t.valid_to is null and t.row->>'Image' = i.key), '')
            from eventdock.view_images i
            where i.valid_to is null and i.row->'Content'->'Layers' @> jsonb_build_array(jsonb_build_object('Id', $1)) order by i.key
            """,
            row => new LayerImage(row.GetString(0), row.GetString(1),
                row.GetString(2).Split(' ', StringSplitOptions.RemoveEmptyEntries).ToSeq().Strict()), cancel, Text(layer)),
        ContainersOn: (images, cancel) => Query(
            database, [ContainersView.Projection.Name],
            "select row::text from eventdock.view_containers where valid_to is null and row->>'ImageId' = any($1) order by key",
            row => ContainersView.Projection.Read(row.GetString(0)), cancel, ArrayParameter.Texts(images)),
        Written: (layer, paths, cancel) => Query(
            database, [],
            "select version, kind, path from eventdock.layer_paths where layer = $1 and path = any($2) order by version",
            row => new WrittenPath(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2)), cancel,
            Text(layer), ArrayParameter.Bytes(paths)));

    private static EitherAsync<DomainError, Seq<TRow>> Ever<TRow>(
        Database database, Projection<TRow> view, string prefix, CancellationToken cancel) where TRow : class =>
        Query(
            database, [view.Name],
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                select distinct on (key) row::text from eventdock.view_{view.Name}
                where key >= $1 and key < $2 order by key, valid_from desc limit {PastViews.Most}
                """),
            row => view.Read(row.GetString(0)), cancel, Text(prefix), Text(prefix + AfterAll));

    private static EitherAsync<DomainError, Seq<T>> Query<T>(
        Database database, string[] views, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancel,
        params NpgsqlParameter[] values) =>
        database.Use<Seq<T>>(
            async connection =>
            {
                var query = new NpgsqlBatchCommand(sql);
                query.Parameters.AddRange(values);
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { ViewStops.Asked(None, views), query } };
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

    private static NpgsqlParameter Text(string value) => new() { Value = StoredText.Of(value), NpgsqlDbType = NpgsqlDbType.Text };
}
