namespace EventDock.Adapters.Postgres;

using System.Globalization;
using EventDock.Domain.Kernel;
using Npgsql;

/// <summary>
/// What a row that is gone leaves behind: dead rows, which a vacuum takes away; samples in the planner's statistics, which are
/// taken anew; and its bytes in the free space of its page, which only a table that is written anew has not.
/// </summary>
internal static class RedactedRoom
{
    private const string Tables = "eventdock.mt_events, eventdock.salts, eventdock.layer_paths";

    /// <summary>Up to this size the tables are written anew, while which every command waits.</summary>
    private const long Small = 64L << 20;

    public static Task<Either<DomainError, bool>> CleanAsync(Database database, CancellationToken cancel) =>
        database.Use<bool>(
            async connection =>
            {
                var anew = await SizeAsync(connection, cancel) <= Small && await AnewAsync(connection, cancel);
                if (!anew)
                {
                    await ExecuteAsync(connection, $"vacuum (analyze) {Tables}", cancel);
                }

                await ExecuteAsync(connection, "vacuum pg_catalog.pg_statistic", cancel);
                return anew;
            },
            cancel);

    /// <summary>Commands must not queue up behind somebody's long look at the log.</summary>
    private static async Task<bool> AnewAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        try
        {
            await ExecuteAsync(connection, "set lock_timeout = '2s'", cancel);
            await ExecuteAsync(connection, $"vacuum (full, analyze) {Tables}", cancel);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
        finally
        {
            await ExecuteAsync(connection, "reset lock_timeout", CancellationToken.None);
        }
    }

    private static async Task<long> SizeAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            string.Create(
                CultureInfo.InvariantCulture,
                $"select sum(pg_total_relation_size(t::regclass))::bigint from unnest(string_to_array('{Tables}', ', ')) t"),
            connection);
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
