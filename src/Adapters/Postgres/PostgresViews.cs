namespace EventDock.Adapters.Postgres;

using System.Globalization;
using System.Runtime;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>The views' rows: open ones by the partial index, those as of a position by the index over their lifetimes.</summary>
internal static class PostgresViews
{
    /// <summary>Greater than any character that can follow a prefix, in the bytewise order of the keys.</summary>
    internal const string AfterAll = "\U0010FFFF";

    /// <summary>From so many rows on a list is long.</summary>
    private const int LongList = 1000;

    /// <summary>Beyond this the collector does its work as always.</summary>
    private const long MostGarbage = 96 << 20;

    public static Views Create(Database database) => new(
        Containers: Reader(database, ContainersView.Projection),
        Images: Reader(database, ImagesView.Projection),
        Tags: Reader(database, TagsView.Projection),
        Layers: Reader(database, LayersView.Projection),
        BuildSteps: Reader(database, BuildStepsView.Projection),
        ImageTagged: (tag, cancel) => Rows(
                database, ImagesView.Projection, [ImagesView.Projection.Name, TagsView.Projection.Name], None,
                "key = (select t.row->>'Image' from eventdock.view_tags t where t.valid_to is null and t.key = $1)", cancel, Text(tag))
            .Map(found => found.HeadOrNone()),
        ContainerNamed: (name, cancel) => Rows(database, ContainersView.Projection, None, "row->>'Name' = $1", cancel, Text(name))
            .Map(found => found.HeadOrNone()),
        ContainersOf: (image, cancel) => Rows(database, ContainersView.Projection, None, "row->>'ImageId' = $1", cancel, Text(image)),
        ContainersRunning: (at, cancel) => Rows(database, ContainersView.Projection, at, "row->>'State' = 'running'", cancel),
        ContainersUnended: cancel => Rows(database, ContainersView.Projection, None, "row->>'State' in ('starting', 'running')", cancel),
        TagsOf: (image, cancel) => Rows(database, TagsView.Projection, None, "row->>'Image' = $1", cancel, Text(image)),
        LayersOnlyOf: (image, cancel) => LayersOnlyOf(database, image, cancel),
        At: (time, cancel) => AtAsync(database, Recorded, time, cancel).ToAsync(),
        Root: cancel => Rows(database, RootView.Projection, None, "key = $1", cancel, Text(RootView.Key)).Map(found => found.HeadOrNone()))
    {
        Roots = Reader(database, RootView.Projection),
        ContainerNamedAt = (name, at, cancel) =>
            from holder in Rows(database, ContainersView.Projection, None, "row->>'Name' = $1", cancel, Text(name))
            from had in Rows(database, ContainersView.Projection, Some(at), "key = any($1)", cancel, ArrayParameter.Texts(holder.Map(r => r.Id.Value)))
            // Names seldom change hands: whoever has it is asked first, and all that there was then only where he had not.
            from rows in had.Exists(r => r.Name == name)
                ? RightAsync<DomainError, Seq<ContainerRow>>(had)
                : Rows(database, ContainersView.Projection, Some(at), "row->>'Name' = $1", cancel, Text(name))
            select rows.HeadOrNone(),
        TagsOfAt = (image, at, cancel) => Rows(database, TagsView.Projection, Some(at), "row->>'Image' = $1", cancel, Text(image)),
        RemovedContainers = EndedRows.Create(database, ContainersView.Projection),
        RemovedImages = EndedRows.Create(database, ImagesView.Projection),
        RemovedLayers = EndedRows.Create(database, LayersView.Projection),
        AtOccurred = (time, cancel) => AtAsync(database, Occurred, time, cancel).ToAsync(),
        ContainersThen = (asked, cancel) => ContainersThen.Read(database, asked, cancel).ToAsync(),
        LayerUses = PostgresLayerUses.Create(database),
    };

    private static ViewReader<TRow> Reader<TRow>(Database database, Projection<TRow> view) where TRow : class => new(
        All: (at, cancel) => Rows(database, view, at, "true", cancel),
        Keyed: (keys, at, cancel) => keys.IsEmpty
            ? RightAsync<DomainError, Seq<TRow>>(Seq<TRow>())
            : Rows(
                database, view, at, "key = any($1)", cancel,
                ArrayParameter.Texts(keys)),
        Prefixed: (prefix, at, cancel) => Rows(
            database, view, at, "key >= $1 and key < $2", cancel, Text(prefix), Text(prefix + AfterAll)));

    /// <summary>Rows that are valid now, or were as of a position, in the order of their keys.</summary>
    private static string Query(string view, Option<long> at, string condition) =>
        at.Match(
            Some: position => string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                select row::text from (
                    select key, row from eventdock.view_{{view}} where valid_to is null and valid_from <= {{position}} and {{condition}}
                    union all
                    select key, row from eventdock.view_{{view}}
                    where valid_to is not null and eventdock.lifetime_node(valid_from, valid_to) = any('{{{string.Join(',', Nodes(position))}}}'::bigint[])
                      and valid_from <= {{position}} and valid_to > {{position}} and {{condition}}) rows
                order by key
                """),
            None: () => $"select row::text from eventdock.view_{view} where valid_to is null and {condition} order by key");

    /// <summary>The nodes (see eventdock.lifetime_node) that a version may have which is valid at the position.</summary>
    private static IEnumerable<long> Nodes(long position) =>
        Enumerable.Range(0, 62).Select(level => (position >> (level + 1) << (level + 1)) | (1L << level));

    private static EitherAsync<DomainError, Seq<TRow>> Rows<TRow>(
        Database database, Projection<TRow> view, Option<long> at, string condition, CancellationToken cancel, params NpgsqlParameter[] values)
        where TRow : class =>
        Rows(database, view, [view.Name], at, condition, cancel, values);

    /// <param name="asked">The views that the condition asks, and that must not have stopped.</param>
    private static EitherAsync<DomainError, Seq<TRow>> Rows<TRow>(
        Database database, Projection<TRow> view, string[] asked, Option<long> at, string condition, CancellationToken cancel,
        params NpgsqlParameter[] values)
        where TRow : class =>
        ViewRows.Of(database, at, asked, ViewRows.Query(Query(view.Name, at, condition), values), Reads(view), cancel);

    private static Func<NpgsqlDataReader, TRow> Reads<TRow>(Projection<TRow> view) where TRow : class
    {
        var rows = 0;
        return reader =>
        {
            if (++rows == LongList)
            {
                LetGarbageBe();
            }

            return view.Read(reader.GetString(0));
        };
    }

    /// <summary>
    /// A command that lists so much ends soon, and nearly all it has made is in use until then: to look for garbage took an eighth
    /// of its time.
    /// </summary>
    private static void LetGarbageBe()
    {
        if (GCSettings.LatencyMode != GCLatencyMode.NoGCRegion)
        {
            GC.TryStartNoGCRegion(MostGarbage);
        }
    }

    /// <summary>
    /// The image's layers, base first, that no other open image holds, and no container stands on by an image that was
    /// removed under it.
    /// </summary>
    private static EitherAsync<DomainError, Seq<string>> LayersOnlyOf(Database database, string image, CancellationToken cancel) =>
        ViewRows.Of(
            database, None, [ImagesView.Projection.Name, ContainersView.Projection.Name],
            ViewRows.Query(
                """
                select l.layer->>'Id'
                from eventdock.view_images i
                cross join lateral jsonb_array_elements(i.row->'Content'->'Layers') with ordinality l(layer, n)
                where i.valid_to is null and i.key = $1 and not eventdock.layer_used(l.layer->>'Id', $1)
                order by l.n
                """,
                Text(image)),
            reader => reader.GetString(0), cancel);

    private const string Recorded =
        """
        select coalesce((select position from eventdock.leaves where recorded <= $1 order by recorded desc, position desc limit 1), 0),
            (select count(*) from eventdock.leaves where late @> $1),
            (select position from eventdock.head)
        """;

    /// <summary>What happened late is recorded after the last position that was recorded by then.</summary>
    private const string Occurred =
        """
        select last, last - recorded - late, head from (
            select coalesce(max(l.position), r.recorded) as last, r.recorded, count(l.position) as late, r.head from (
                select coalesce((select position from eventdock.leaves where recorded <= $1 order by recorded desc, position desc limit 1), 0) as recorded,
                    (select position from eventdock.head) as head) r
            left join eventdock.leaves l on l.late @> $1
            group by r.recorded, r.head) found
        """;

    private static Task<Either<DomainError, MomentAt>> AtAsync(Database database, string sql, DateTimeOffset time, CancellationToken cancel) =>
        database.Use<MomentAt>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(sql, connection);
                command.Parameters.Add(new NpgsqlParameter { Value = time.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
                await using var reader = await command.ExecuteReaderAsync(cancel);
                await reader.ReadAsync(cancel);
                return new MomentAt(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
            },
            cancel);

    internal static NpgsqlParameter Text(string value) =>
        new() { Value = StoredText.Of(value), NpgsqlDbType = NpgsqlDbType.Text };
}
