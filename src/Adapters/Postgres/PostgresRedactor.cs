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
        (append, erasures, segments, cancel) => owner.With(database => OwnersAppend.RunAsync(
            database, origin, append, connection => PostgresSealer.RelistAsync(connection, segments),
            connection => EraseAllAsync(connection, erasures), cancel)),
        cancel => owner.With(database => RedactedRoom.CleanAsync(database, cancel)),
        (commands, cancel) => owner.With(database => AlikeAsync(database, commands, cancel)));

    private static async Task EraseAllAsync(NpgsqlConnection connection, Seq<Erasure> erasures)
    {
        foreach (var erasure in erasures)
        {
            await EraseAsync(connection, erasure);
        }
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
                    select e.seq_id from (
                        select seq_id, correlation_id from eventdock.mt_events
                        union all select seq_id, correlation_id from eventdock.sealed) e
                    join eventdock.leaves l on l.position = e.seq_id
                    where e.correlation_id = any($1)
                        and not exists (select from eventdock.redactions r where r.position = e.seq_id and r.headers is not null)
                    order by e.seq_id
                    """, connection)
                {
                    Parameters = { ArrayParameter.Texts(commands.Map(c => c.ToString("D"))) },
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
