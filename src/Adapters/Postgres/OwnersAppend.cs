namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using Npgsql;

/// <summary>
/// An append, and with it in one transaction what only the owner may do. What the owner finds fault with is not appended either.
/// </summary>
internal static class OwnersAppend
{
    /// <param name="before">Is done first: until the events are appended nobody waits. An error: nothing is done.</param>
    /// <param name="after">Is done once the events are in, and while every other append waits.</param>
    public static async Task<Either<DomainError, Appended>> RunAsync(
        Database database, Origin origin, Append append, Func<NpgsqlConnection, Task<Option<DomainError>>> before,
        Func<NpgsqlConnection, Task> after, CancellationToken cancel)
    {
        var prepared = PreparedAppend.Of(origin, new HeaderText(origin), append.Streams, append.Guards, append.Id);
        for (var next = 2; ; next++)
        {
            var (result, again) = await OnceAsync(database, prepared, before, after, cancel);
            if (again != Again.Strangers || next > 100)
            {
                return result;
            }

            var met = await Strangers.RecordAsync(database, origin);
            if (met.IsLeft)
            {
                return met.Map(_ => new Appended(0, 0));
            }

            await PostgresRetries.PauseAsync(next, cancel);
        }
    }

    private static async Task<(Either<DomainError, Appended> Result, Again Again)> OnceAsync(
        Database database, PreparedAppend prepared, Func<NpgsqlConnection, Task<Option<DomainError>>> before,
        Func<NpgsqlConnection, Task> after, CancellationToken cancel)
    {
        try
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancel);
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            // As an append does: who wants the table alone waits before we hold anything, and not in a circle.
            await using (var begin = new NpgsqlCommand("lock table eventdock.head in row exclusive mode", connection))
            {
                await begin.ExecuteNonQueryAsync(cancel);
            }

            var refused = (await before(connection)).Map(Left<DomainError, Appended>);
            if (refused.IsSome)
            {
                return (refused.IfNone(() => new Appended(0, 0)), Again.No);
            }

            var changes = await RowChanges.FoldAsync(connection, prepared, new KnownRows(), cancel);
            var appended = await AppendedAsync(connection, prepared, changes);
            await after(connection);
            await transaction.CommitAsync(CancellationToken.None);
            return (appended, Again.No);
        }
        catch (PostgresException e) when (AppendErrors.IsStrangers(e))
        {
            return (new DomainError.Conflict(prepared.Streams[0].Stream), Again.Strangers);
        }
        catch (PostgresException e) when (AppendErrors.Of(e, prepared.Streams) is { } error)
        {
            return (error, Again.No);
        }
        catch (NpgsqlException e) when (database.Named(e) is { } error)
        {
            return (error, Again.No);
        }
    }

    private static async Task<Appended> AppendedAsync(NpgsqlConnection connection, PreparedAppend prepared, RowChanges changes)
    {
        await using var command = AppendCommand.Of(connection, prepared, changes, []);
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        await reader.ReadAsync(CancellationToken.None);
        return new Appended(reader.GetInt64(0), reader.GetInt64(1));
    }
}
