namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>Appends what tells of a redaction, and takes out what it names, in one transaction.</summary>
internal static class PostgresRedactor
{
    /// <param name="owner">The owner's way in: the engine's role can change no event.</param>
    public static Redactor Create(Func<Database> owner, Origin origin) => new(
        (append, erasures, cancel) => owner.With(database => AppendAsync(database, origin, append, erasures, cancel)),
        cancel => owner.With(database => RedactedRoom.CleanAsync(database, cancel)),
        (commands, cancel) => owner.With(database => AlikeAsync(database, commands, cancel)));

    private static async Task<Either<DomainError, Appended>> AppendAsync(
        Database database, Origin origin, Append append, Seq<Erasure> erasures, CancellationToken cancel)
    {
        var prepared = PreparedAppend.Of(origin, new HeaderText(origin), append.Streams, append.Guards, append.Id);
        for (var next = 2; ; next++)
        {
            var (result, again) = await OnceAsync(database, prepared, erasures, cancel);
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
        Database database, PreparedAppend prepared, Seq<Erasure> erasures, CancellationToken cancel)
    {
        try
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancel);
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            var changes = await RowChanges.FoldAsync(connection, prepared, new KnownRows(), cancel);
            var appended = await AppendedAsync(connection, prepared, changes);
            foreach (var erasure in erasures)
            {
                await EraseAsync(connection, erasure);
            }

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

    private static async Task EraseAsync(NpgsqlConnection connection, Erasure erasure)
    {
        await using var command = new NpgsqlCommand("select eventdock.erase($1, $2, $3)", connection)
        {
            Parameters =
            {
                new() { Value = erasure.Position, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = EventCodec.WriteHeaders(erasure.Instead), NpgsqlDbType = NpgsqlDbType.Jsonb },
                new() { Value = RedactedForm.Data, NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        };
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static Task<Either<DomainError, Seq<long>>> AlikeAsync(Database database, Seq<Guid> commands, CancellationToken cancel) =>
        database.Use<Seq<long>>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    """
                    select e.seq_id from eventdock.mt_events e join eventdock.leaves l on l.position = e.seq_id
                    where e.correlation_id = any($1)
                        and not exists (select from eventdock.redactions r where r.position = e.seq_id and r.headers is not null)
                    order by e.seq_id
                    """, connection)
                {
                    Parameters = { AppendCommand.Texts(commands.Map(c => c.ToString("D"))) },
                };
                await using var reader = await command.ExecuteReaderAsync(cancel);
                var alike = new List<long>();
                while (await reader.ReadAsync(cancel))
                {
                    alike.Add(reader.GetInt64(0));
                }

                return alike.ToSeq();
            },
            cancel);
}
