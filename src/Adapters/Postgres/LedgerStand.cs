namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;

/// <summary>Where a ledger stands when it is opened.</summary>
/// <param name="Version">Of its tables; 0 where there are none.</param>
/// <param name="Views">Which folds have filled its views: <c>name:version</c>, sorted.</param>
internal sealed record LedgerStand(int Version, string Views, long Head, Option<RootRow> Root)
{
    /// <summary>Why the row that says whose the ledger is cannot be read, where it cannot.</summary>
    public Option<DomainError> Unreadable { get; private init; }

    /// <summary>In one round trip.</summary>
    public static Task<Either<DomainError, LedgerStand>> ReadAsync(Database database, CancellationToken cancel) =>
        database.Use<LedgerStand>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    """
                    select (select version from eventdock.migrations order by version desc limit 1), h.views, h.position,
                        (select row::text from eventdock.view_root where valid_to is null and key = 'root')
                    from eventdock.head h
                    """, connection);
                try
                {
                    await using var reader = await command.ExecuteReaderAsync(cancel);
                    if (!await reader.ReadAsync(cancel))
                    {
                        return new DomainError.LedgerUnreadable(0, "it has no head");
                    }

                    var stand = new LedgerStand(reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2), None);
                    return reader.IsDBNull(3) || !stand.Filled(RootView.Projection) ? stand : stand.With(reader.GetString(3));
                }
                catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
                {
                    return new LedgerStand(0, "", 0, None);
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedColumn)
                {
                    return await OlderAsync(connection, cancel);
                }
            },
            cancel);

    /// <summary>Tables from before 014, which put the views' versions in the head's row: they are migrated before more is asked.</summary>
    private static async Task<LedgerStand> OlderAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select max(version) from eventdock.migrations", connection);
        return new LedgerStand(await command.ExecuteScalarAsync(cancel) as int? ?? 0, "", 0, None);
    }

    /// <summary>Whether this program's own fold has filled the view.</summary>
    private bool Filled(Projection<RootRow> view) =>
        Views.Split(',').Contains(string.Create(CultureInfo.InvariantCulture, $"{view.Name}:{view.Version}"));

    private LedgerStand With(string root)
    {
        try
        {
            return this with { Root = Some(RootView.Projection.Read(root)) };
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or UnreachableException)
        {
            // Somebody has changed it. The log can be read, and a rebuild writes the row anew; nothing else is to go on.
            return this with
            {
                Unreadable = Some<DomainError>(new DomainError.LedgerUnreadable(
                    Head, "the row of the view root is none (eventdock rebuild root writes it anew)")),
            };
        }
    }
}
