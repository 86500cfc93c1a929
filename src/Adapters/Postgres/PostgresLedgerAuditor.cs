namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>Reads the ledger's rows as they stand, several portions at a time, and hands them on in order.</summary>
internal static class PostgresLedgerAuditor
{
    /// <summary>So many positions a portion, and so many portions at work: two processors hash while two backends read.</summary>
    private const int Portion = 10_000, AtWork = 3;

    /// <param name="owner">The owner's way in: the salts are not for the engine to read.</param>
    public static LedgerAuditor Create(Func<Database> owner) => new(
        cancel => owner.With(database => BoundsAsync(database, cancel)),
        (position, cancel) => owner.With(database => BeforeAsync(database, position, cancel)),
        (first, last, each, cancel) => owner.With(database => RowsAsync(database, first, last, each, cancel)),
        cancel => owner.With(database => StreamsAsync(database, cancel)))
    {
        Hashing = BlockSha256.Hash,
    };

    private static Task<Either<DomainError, AuditBounds>> BoundsAsync(Database database, CancellationToken cancel) =>
        database.Use<AuditBounds>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    $$"""
                    select h.position, h.chain, greatest(
                            h.position, (select max(seq_id) from eventdock.mt_events), (select max(position) from eventdock.leaves)),
                        (select coalesce(array_agg(position), '{}') from eventdock.foreign_events),
                        (select coalesce(array_agg(position), '{}') from eventdock.foreign_events where id = '{{StreamFindings.NotHere}}'),
                        (select coalesce(array_agg(t.position), '{}') from ({{StreamFindings.Redacted}}) t)
                    from eventdock.head h
                    """, connection);
                await using var reader = await command.ExecuteReaderAsync(cancel);
                return await reader.ReadAsync(cancel)
                    ? new AuditBounds(
                        reader.GetInt64(0), TreeHash.Of(reader.GetFieldValue<byte[]>(1)), reader.GetInt64(2),
                        [.. reader.GetFieldValue<long[]>(3)], [.. reader.GetFieldValue<long[]>(4)], [.. reader.GetFieldValue<long[]>(5)])
                    : new DomainError.LedgerUnreadable(0, "it has no head");
            },
            cancel);

    /// <summary>The leaves before a position are taken as they are stored: a walk from there on trusts what came before.</summary>
    private static Task<Either<DomainError, AuditStart>> BeforeAsync(Database database, long position, CancellationToken cancel) =>
        database.Use<AuditStart>(
            async connection =>
            {
                var (tree, chain) = (new Frontier(hashing: BlockSha256.Hash), TreeHash.Of(new byte[TreeHash.Length]));
                if (position <= 1)
                {
                    return new AuditStart(tree, chain);
                }

                await using var copy = await CopyRows.BeginAsync(
                    connection,
                    FormattableString.Invariant($"select hash, chain from eventdock.leaves where position < {position} order by position"),
                    cancel);
                while (await copy.NextAsync(cancel))
                {
                    tree.Add(TreeHash.Of(copy.Bytes()));
                    chain = TreeHash.Of(copy.Bytes());
                }

                return new AuditStart(tree, chain);
            },
            cancel);

    private static async Task<Either<DomainError, Unit>> RowsAsync(
        Database database, long first, long last, Func<IReadOnlyList<AuditedRow>, Unit> each, CancellationToken cancel)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var working = new Queue<(AuditChunk Chunk, Task<Either<DomainError, IReadOnlyList<AuditedRow>>> Read)>();
        var idle = new Stack<AuditChunk>();
        var next = first;
        try
        {
            while (next <= last || working.Count > 0)
            {
                while (next <= last && working.Count < AtWork)
                {
                    var (from, to) = (next, Math.Min(last, next + Portion - 1));
                    var chunk = idle.TryPop(out var used) ? used : new AuditChunk();
                    working.Enqueue((chunk, Task.Run(() => ReadAsync(database, chunk, from, to, given.Token), given.Token)));
                    next = to + 1;
                }

                var (done, reading) = working.Dequeue();
                var read = await reading;
                if (read.IsLeft)
                {
                    return read.Map(_ => unit);
                }

                read.IfRight(rows => each(rows));
                idle.Push(done);
            }

            return unit;
        }
        finally
        {
            await given.CancelAsync();
            await Task.WhenAll(working.Select(w => w.Read))
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private static Task<Either<DomainError, IReadOnlyList<AuditedRow>>> ReadAsync(
        Database database, AuditChunk chunk, long first, long last, CancellationToken cancel) =>
        database.Use<IReadOnlyList<AuditedRow>>(
            async connection =>
            {
                var rows = await chunk.ReadAsync(connection, first, last, cancel);
                await SealedAudit.FillAsync(database.Segments, connection, rows, cancel);
                return Right<DomainError, IReadOnlyList<AuditedRow>>(rows);
            },
            cancel);

    private static Task<Either<DomainError, Seq<Finding>>> StreamsAsync(Database database, CancellationToken cancel) =>
        database.Use<Seq<Finding>>(async connection => await StreamFindings.ReadAsync(connection, cancel), cancel);
}
