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
        Link = (position, cancel) => owner.With(database => LinkAsync(database, position, cancel)),
    };

    private static Task<Either<DomainError, AuditBounds>> BoundsAsync(Database database, CancellationToken cancel) =>
        database.Use<AuditBounds>(
            async connection =>
            {
                var strangers = await ToldStrangers.ReadAsync(connection, cancel);
                await using var command = new NpgsqlCommand(
                    $$"""
                    select h.position, h.chain, greatest(
                            h.position, (select max(seq_id) from eventdock.mt_events), (select max(position) from eventdock.leaves)),
                        greatest(h.position, (select max(position) from eventdock.leaves)),
                        (select coalesce(array_agg(t.position), '{}') from ({{StreamFindings.Redacted}}) t)
                    from eventdock.head h
                    """, connection);
                await using var reader = await command.ExecuteReaderAsync(cancel);
                return await reader.ReadAsync(cancel)
                    ? new AuditBounds(
                        reader.GetInt64(0), AuditChunk.Hash(reader.GetFieldValue<byte[]>(1)), reader.GetInt64(2),
                        strangers.Positions, strangers.Absent, [.. reader.GetFieldValue<long[]>(4)])
                    {
                        Taken = reader.GetInt64(3),
                    }
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
                    tree.Add(AuditChunk.Hash(copy.Bytes()));
                    chain = AuditChunk.Hash(copy.Bytes());
                }

                return new AuditStart(tree, chain);
            },
            cancel);

    private static Task<Either<DomainError, Option<TreeHash>>> LinkAsync(Database database, long position, CancellationToken cancel) =>
        database.Use<Option<TreeHash>>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    "select chain from eventdock.leaves where position <= $1 order by position desc limit 1", connection)
                {
                    Parameters = { new() { Value = position, NpgsqlDbType = NpgsqlDbType.Bigint } },
                };
                return await command.ExecuteScalarAsync(cancel) is byte[] { Length: TreeHash.Length } chain
                    ? Some(AuditChunk.Hash(chain))
                    : Option<TreeHash>.None;
            },
            cancel);

    private static async Task<Either<DomainError, Unit>> RowsAsync(
        Database database, long first, long last, Func<IReadOnlyList<AuditedRow>, Unit> each, CancellationToken cancel)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var working = new Queue<(AuditChunk Chunk, Task<Either<DomainError, IReadOnlyList<AuditedRow>>> Read)>();
        var idle = new Stack<AuditChunk>();
        var next = first <= last ? first : (long?)null;
        try
        {
            while (next is not null || working.Count > 0)
            {
                while (next is { } least && working.Count < AtWork)
                {
                    var place = await TakenAsync(database, least, last, cancel);
                    if (place.IsLeft)
                    {
                        return place.Map(_ => unit);
                    }

                    if (place.IfLeft(Option<long>.None).ToNullable() is not { } from)
                    {
                        next = null;
                        break;
                    }

                    var to = last - from < Portion ? last : from + Portion - 1;
                    var chunk = idle.TryPop(out var used) ? used : new AuditChunk();
                    working.Enqueue((chunk, Task.Run(() => ReadAsync(database, chunk, from, to, given.Token), given.Token)));
                    next = to < last ? to + 1 : null;
                }

                if (!working.TryDequeue(out var oldest))
                {
                    continue;
                }

                var (done, reading) = oldest;
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

    /// <summary>Where the next row is: one can stand any number of positions away, and nobody counts them up to there.</summary>
    private static Task<Either<DomainError, Option<long>>> TakenAsync(
        Database database, long first, long last, CancellationToken cancel) =>
        database.Use<Option<long>>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    """
                    select least(
                        (select min(seq_id) from eventdock.mt_events where seq_id between $1 and $2),
                        (select min(position) from eventdock.leaves where position between $1 and $2))
                    """, connection)
                {
                    Parameters =
                    {
                        new() { Value = first, NpgsqlDbType = NpgsqlDbType.Bigint },
                        new() { Value = last, NpgsqlDbType = NpgsqlDbType.Bigint },
                    },
                };
                return await command.ExecuteScalarAsync(cancel) is long position ? Some(position) : Option<long>.None;
            },
            cancel);

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
        database.Use<Seq<Finding>>(
            async connection =>
                await StreamFindings.ReadAsync(connection, cancel) + (await ToldStrangers.ReadAsync(connection, cancel)).Findings,
            cancel);
}
