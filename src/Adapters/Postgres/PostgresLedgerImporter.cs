namespace EventDock.Adapters.Postgres;

using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;

/// <summary>Puts an export into empty tables, in one transaction: whatever ends it early leaves them empty.</summary>
internal static class PostgresLedgerImporter
{
    /// <param name="owner">The owner's way in: redactions are not for the engine to write.</param>
    public static LedgerImporter Create(Func<Database> owner) => new(
        (export, accept, cancel) => owner.With(database => LoadAsync(database, export, _ => true, accept, cancel)))
    {
        LoadUntil = (export, within, accept, cancel) => owner.With(database => LoadAsync(
            database, export, within, trailer => accept(trailer).Map(_ => Option<VerifierKey>.None), cancel)),
    };

    private static Task<Either<DomainError, Imported>> LoadAsync(
        Database database, Stream export, Func<LeafFields, bool> within,
        Func<ExportTrailer, Either<DomainError, Option<VerifierKey>>> accept, CancellationToken cancel) =>
        database.Use<Imported>(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                try
                {
                    var (reader, kept) = (new ExportReader(), new ImportedPart(within));
                    var empty = await EmptyAsync(connection, database.Where, cancel);
                    var loaded = await empty.MatchAsync(
                        _ => EventsAsync(connection, reader, kept, new ImportLines(export), cancel), Left<DomainError, ExportTrailer>);
                    var done = await loaded.Bind(trailer => accept(trailer).Map(signer => (trailer, signer))).MatchAsync(
                        end => ImportEnd.WriteAsync(connection, reader, kept, end.trailer, end.signer, cancel), Left<DomainError, Imported>);
                    if (done.IsRight)
                    {
                        await transaction.CommitAsync(CancellationToken.None);
                    }

                    return done;
                }
                catch (PostgresException e) when (IsOfTheData(e))
                {
                    return new DomainError.BadExport(0, $"cannot be stored: {e.MessageText}");
                }
            },
            cancel);

    /// <summary>Appends wait from here on, and find the imported events.</summary>
    private static async Task<Either<DomainError, Unit>> EmptyAsync(NpgsqlConnection connection, string where, CancellationToken cancel)
    {
        await using (var alone = new NpgsqlCommand("lock table eventdock.head in exclusive mode", connection))
        {
            await alone.ExecuteNonQueryAsync(cancel);
        }

        await using var command = new NpgsqlCommand(
            """
            select greatest(h.position, (select max(seq_id) from eventdock.mt_events)),
                h.position > 0 or exists (select from eventdock.mt_events)
            from eventdock.head h
            """, connection);
        await using var row = await command.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        return row.GetBoolean(1) ? new DomainError.LedgerHoldsEvents(where, row.GetInt64(0)) : unit;
    }

    /// <summary>While one batch is being written the next is read.</summary>
    private static async Task<Either<DomainError, ExportTrailer>> EventsAsync(
        NpgsqlConnection connection, ExportReader reader, ImportedPart kept, ImportLines lines, CancellationToken cancel)
    {
        var (batch, other) = (new ImportBatch(), new ImportBatch());
        var writing = Task.CompletedTask;
        try
        {
            while (true)
            {
                var more = await lines.NextAsync(cancel);
                var taken = more.Bind(there => there
                    ? reader.Take(lines.Line, lines.Ended)
                    : Right<DomainError, Option<ImportedEvent>>(None));
                if (taken.IsLeft)
                {
                    return taken.Bind(_ => reader.End());
                }

                if (!more.IfLeft(false))
                {
                    break;
                }

                taken.IfRight(imported => imported.Filter(kept.Takes).IfSome(batch.Add));
                if (batch.Full)
                {
                    await writing;
                    (batch, other) = (other, batch);
                    writing = other.WriteAsync(connection, cancel);
                }
            }

            await writing;
            await batch.WriteAsync(connection, cancel);
            return reader.End();
        }
        finally
        {
            // The connection is not let go while it is written to; what came of that is told where it is waited for above.
            await Task.WhenAny(writing);
        }
    }

    /// <summary>Class 22 a value, 23 a rule, 54 a limit: the export's fault, and not the server's.</summary>
    private static bool IsOfTheData(PostgresException e) => e.SqlState is ['2', '2' or '3', ..] or ['5', '4', ..];
}
