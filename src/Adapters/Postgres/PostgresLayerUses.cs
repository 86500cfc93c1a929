namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;

/// <summary>By the index over images' layers, and by that over paths in events.</summary>
internal static class PostgresLayerUses
{
    public static LayerUses Create(Database database) => new(
        ImagesWith: (layer, cancel) => Query(
            database, [ImagesView.Projection.Name, TagsView.Projection.Name],
            """
            select i.key, i.row->>'Origin', coalesce((
                select string_agg(t.key, ' ' order by t.key) from eventdock.view_tags t where t.valid_to is null and t.row->>'Image' = i.key), '')
            from eventdock.view_images i
            where i.valid_to is null and i.row->'Content'->'Layers' @> jsonb_build_array(jsonb_build_object('Id', $1)) order by i.key
            """,
            row => new LayerImage(row.GetString(0), row.GetString(1),
                row.GetString(2).Split(' ', StringSplitOptions.RemoveEmptyEntries).ToSeq().Strict()), cancel, PostgresViews.Text(layer)),
        ContainersOn: (images, cancel) => Query(
            database, [ContainersView.Projection.Name],
            "select row::text from eventdock.view_containers where valid_to is null and row->>'ImageId' = any($1) order by key",
            row => ContainersView.Projection.Read(row.GetString(0)), cancel, ArrayParameter.Texts(images)),
        Written: (layer, paths, cancel) => Query(
            database, [],
            "select version, kind, path from eventdock.layer_paths where layer = $1 and path = any($2) order by version",
            row => new WrittenPath(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2)), cancel,
            PostgresViews.Text(layer), ArrayParameter.Bytes(paths)));

    private static EitherAsync<DomainError, Seq<T>> Query<T>(
        Database database, string[] views, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancel,
        params NpgsqlParameter[] values) =>
        ViewRows.Of(database, None, views, ViewRows.Query(sql, values), read, cancel);
}
