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

    /// <summary>What the events say is gone: a stranger's say nothing.</summary>
    private const string Told =
        """
        select substr(e.stream_id, length('redaction-') + 1)::bigint as position,
            min(e.seq_id) filter (where e.data->'Parts' ? 'headers') as headers,
            min(e.seq_id) filter (where e.data->'Parts' ? 'data') as data
        from eventdock.mt_events e
        where e.type = 'redacted' and e.stream_id ^@ 'redaction-' and e.stream_id ~ '^redaction-\d{1,18}$'
            and not exists (select from eventdock.foreign_events f where f.position = e.seq_id)
        group by e.stream_id
        """;

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
                        (select coalesce(array_agg(t.position), '{}') from ({{Told}}) t)
                    from eventdock.head h
                    """, connection);
                await using var reader = await command.ExecuteReaderAsync(cancel);
                return await reader.ReadAsync(cancel)
                    ? new AuditBounds(
                        reader.GetInt64(0), TreeHash.Of(reader.GetFieldValue<byte[]>(1)), reader.GetInt64(2),
                        [.. reader.GetFieldValue<long[]>(3)], [.. reader.GetFieldValue<long[]>(4)])
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
            async connection => Right<DomainError, IReadOnlyList<AuditedRow>>(await chunk.ReadAsync(connection, first, last, cancel)),
            cancel);

    private static Task<Either<DomainError, Seq<Finding>>> StreamsAsync(Database database, CancellationToken cancel) =>
        database.Use<Seq<Finding>>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    $$"""
                    select coalesce(e.last, h.position), 'mt_streams.version'
                    from eventdock.mt_streams s
                    full join (select stream_id, max(version) as version, max(seq_id) as last from eventdock.mt_events group by stream_id) e
                        on e.stream_id = s.id
                    cross join eventdock.head h
                    where s.version is distinct from e.version
                    union all
                    select e.last, 'mt_streams.' || case when s.type is not null then 'type'
                        when s.tenant_id is distinct from '*DEFAULT*' then 'tenant_id' else 'is_archived' end
                    from eventdock.mt_streams s
                    join lateral (select max(seq_id) as last from eventdock.mt_events where stream_id = s.id) e on true
                    where (s.type is not null or s.tenant_id is distinct from '*DEFAULT*' or s.is_archived is distinct from false)
                        and not exists (
                            select from eventdock.foreign_events f join eventdock.mt_events o on o.seq_id = f.position where o.stream_id = s.id)
                    union all
                    select coalesce(r.position, t.position),
                        case when r.headers is distinct from t.headers or r.data is distinct from t.data then 'redactions' else 'salts' end
                    from eventdock.redactions r
                    full join ({{Told}}) t on t.position = r.position
                    left join (select position, headers, data from eventdock.salts where headers is null or data is null) s
                        on s.position = coalesce(r.position, t.position)
                    where r.headers is distinct from t.headers or r.data is distinct from t.data or s.position is null
                        or (r.headers is null) <> (s.headers is not null) or (r.data is null) <> (s.data is not null)
                    union all
                    select h.position, 'mt_events_sequence' from eventdock.head h, eventdock.mt_events_sequence q
                    where q.last_value < h.position
                    union all
                    select h.position, 'head.position' from eventdock.head h
                    where exists (select from eventdock.leaves l where l.position > h.position)
                    union all
                    select h.position, 'head.recorded' from eventdock.head h
                    join eventdock.leaves l on l.position = h.position where l.recorded <> h.recorded
                    """, connection);
                await using var reader = await command.ExecuteReaderAsync(cancel);
                var found = new List<Finding>();
                while (await reader.ReadAsync(cancel))
                {
                    found.Add(new Finding.ColumnChanged(reader.GetInt64(0), reader.GetString(1)));
                }

                return found.ToSeq();
            },
            cancel);
}
