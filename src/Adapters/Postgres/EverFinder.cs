namespace EventDock.Adapters.Postgres;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>Rows that were: by the index over keys and the positions from which versions are valid.</summary>
internal static class EverFinder
{
    private const string AfterAll = "\U0010FFFF";

    /// <summary>More would not be told of.</summary>
    private const int Few = 10;

    public static Task<Either<DomainError, Seq<Option<ContainerThen>>>> ContainersThen(
        Database database, Seq<(string Id, long Position)> asked, CancellationToken cancel) =>
        database.Use<Seq<Option<ContainerThen>>>(
            async connection =>
            {
                // Two texts: the driver's first array takes it longer to make ready for than all else here.
                await using var command = new NpgsqlCommand(
                    """
                    select a.n, v.row->>'Name', v.row->>'StartedAt'
                    from unnest(string_to_array($1, ','), string_to_array($2, ',')::bigint[]) with ordinality a(key, position, n)
                    cross join lateral (
                        select row from eventdock.view_containers c where c.key = a.key and c.valid_from <= a.position
                        order by c.valid_from desc limit 1) v
                    """, connection)
                {
                    Parameters =
                    {
                        Text(string.Join(',', asked.Map(a => a.Id))),
                        Text(string.Join(',', asked.Map(a => a.Position.ToString(CultureInfo.InvariantCulture)))),
                    },
                };
                var found = new Option<ContainerThen>[asked.Count];
                await using var reader = await command.ExecuteReaderAsync(cancel);
                while (await reader.ReadAsync(cancel))
                {
                    found[reader.GetInt64(0) - 1] = Some(new ContainerThen(
                        reader.GetString(1),
                        reader.IsDBNull(2) ? null : DateTimeOffset.Parse(reader.GetString(2), CultureInfo.InvariantCulture)));
                }

                return found.ToSeq();
            },
            cancel);

    public static Task<Either<DomainError, EverFound>> ContainersEver(Database database, string text, CancellationToken cancel) =>
        database.Use<EverFound>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    "select key from eventdock.view_containers where row->>'Name' = $1 order by valid_from desc limit 1", connection)
                {
                    Parameters = { Text(text) },
                };
                var named = await command.ExecuteScalarAsync(cancel) is string key ? Some(key) : Option<string>.None;
                return new EverFound(named, await BeginningAsync(connection, ContainersView.Projection.Name, text, cancel));
            },
            cancel);

    public static Task<Either<DomainError, Seq<string>>> Beginning(Database database, string view, string prefix, CancellationToken cancel) =>
        database.Use<Seq<string>>(async connection => await BeginningAsync(connection, view, prefix, cancel), cancel);

    private static async Task<Seq<string>> BeginningAsync(NpgsqlConnection connection, string view, string prefix, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            $"select distinct key from eventdock.view_{view} where key >= $1 and key < $2 order by key limit {Few}", connection)
        {
            Parameters = { Text(prefix), Text(prefix + AfterAll) },
        };
        var keys = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            keys.Add(reader.GetString(0));
        }

        return keys.ToArray().ToSeq();
    }

    private static NpgsqlParameter Text(string value) => new() { Value = StoredText.Of(value), NpgsqlDbType = NpgsqlDbType.Text };
}
