namespace EventDock.Adapters.Postgres;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;

/// <summary>What containers were called: by the index over keys and the positions from which versions are valid.</summary>
internal static class ContainersThen
{
    public static Task<Either<DomainError, Seq<Option<ContainerThen>>>> Read(
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
                        PostgresViews.Text(string.Join(',', asked.Map(a => a.Id))),
                        PostgresViews.Text(string.Join(',', asked.Map(a => a.Position.ToString(CultureInfo.InvariantCulture)))),
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
}
