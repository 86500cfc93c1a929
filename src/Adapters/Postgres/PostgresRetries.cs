namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
using System.Globalization;
using EventDock.Domain.Kernel;
using Npgsql;
using NpgsqlTypes;

/// <summary>Jitter, a clock, and an advisory lock a stream, held by a session of its own.</summary>
internal static class PostgresRetries
{
    public static Retries Create(Database database, Reconnect reconnect) => new(
        Alone: (stream, longest, cancel) => AloneAsync(database, reconnect, stream, longest, cancel).ToAsync(),
        Pause: PauseAsync,
        Elapsed: () => Stopwatch.GetElapsedTime(0));

    /// <summary>From 5 ms on, doubling, to 80 ms: two losers of one race must not meet again at the same moment.</summary>
    public static Task PauseAsync(int attempt, CancellationToken cancel) =>
        Task.Delay(1 + Random.Shared.Next(5 << Math.Min(attempt - 2, 4)), cancel);

    /// <summary>A connection that is lost on the way, or while it waits, is had anew: nothing has been done on it yet.</summary>
    private static async Task<Either<DomainError, IAsyncDisposable>> AloneAsync(
        Database database, Reconnect reconnect, string stream, TimeSpan longest, CancellationToken cancel)
    {
        var since = Stopwatch.GetTimestamp();
        for (var next = 2; ; next++)
        {
            var (taken, lost) = await TakeAsync(database, stream, longest, cancel);
            if (!lost || Stopwatch.GetElapsedTime(since) > Reconnect.Longest)
            {
                return taken;
            }

            await reconnect.BeforeAsync(next, cancel);
        }
    }

    private static async Task<(Either<DomainError, IAsyncDisposable> Taken, bool Lost)> TakeAsync(
        Database database, string stream, TimeSpan longest, CancellationToken cancel)
    {
        try
        {
            var connection = await database.Source.OpenConnectionAsync(cancel);
            try
            {
                await using var batch = new NpgsqlBatch(connection);
                var wait = Math.Max(1, (long)longest.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"set lock_timeout = {wait}"));
                batch.BatchCommands.Add(new NpgsqlBatchCommand("select pg_advisory_lock(hashtextextended($1, 0))")
                {
                    Parameters = { new NpgsqlParameter { Value = StoredText.Of(stream), NpgsqlDbType = NpgsqlDbType.Text } },
                });
                await batch.ExecuteNonQueryAsync(cancel);
                return (new Held(connection), false);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                await GiveBackAsync(connection);
                return (new DomainError.Conflict(stream), false);
            }
            catch
            {
                NpgsqlConnection.ClearPool(connection);
                await connection.DisposeAsync();
                throw;
            }
        }
        catch (NpgsqlException e) when (database.Named(e) is { } error)
        {
            return (error, Database.IsLost(e));
        }
    }

    /// <summary>The pool does not reset a session, so what was set in it is put back here.</summary>
    private static async Task GiveBackAsync(NpgsqlConnection connection)
    {
        await using (connection)
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.BatchCommands.Add(new NpgsqlBatchCommand("select pg_advisory_unlock_all()"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand("reset lock_timeout"));
            await batch.ExecuteNonQueryAsync();
        }
    }

    private sealed class Held(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await GiveBackAsync(connection);
            }
            catch (NpgsqlException)
            {
                // The session is lost, and its lock with it: that is all that was wanted.
            }
        }
    }
}
