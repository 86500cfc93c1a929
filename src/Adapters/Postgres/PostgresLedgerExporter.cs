namespace EventDock.Adapters.Postgres;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;

/// <summary>Leaves with their events, read in the order of their positions, each made anew before it is handed out.</summary>
internal static class PostgresLedgerExporter
{
    /// <param name="owner">The owner's way in: the salts are not for the engine to read.</param>
    public static LedgerExporter Create(Func<Database> owner) => new(
        (first, last, each, cancel) => owner.With(database => RowsAsync(database, first, last, each, cancel)));

    private static Task<Either<DomainError, Unit>> RowsAsync(
        Database database, long first, long last, Func<ExportedEvent, Unit> each, CancellationToken cancel) =>
        database.Use<Unit>(
            async connection =>
            {
                // In the order of the keys, which all three have an index on: nothing is sorted or kept.
                await using var copy = await CopyRows.BeginAsync(
                    connection,
                    FormattableString.Invariant($"""
                    select l.position, l.line, l.hash, l.chain, s.headers, s.data, e.id, e.stream_id, e.version, e.type, e.timestamp,
                        e.correlation_id, e.headers, e.data
                    from eventdock.leaves l
                    left join eventdock.salts s on s.position = l.position
                    left join eventdock.mt_events e on e.seq_id = l.position
                    where l.position between {first} and {last} order by l.position
                    """),
                    cancel);
                var made = new LeafLine(BlockSha256.Hash);
                SealedRows? dropped = null;
                while (await copy.NextAsync(cancel))
                {
                    var read = Event(copy, made, out var sealedHash);
                    if (sealedHash is { } expected)
                    {
                        // Listed only now: whatever was dropped before these rows were read is in the list.
                        dropped ??= await ListedAsync(database, cancel);
                        read = read.Bind(row => Sealed(dropped, row, expected));
                    }

                    if (read.IsLeft)
                    {
                        return read.Map(_ => unit);
                    }

                    read.IfRight(exported => each(exported));
                }

                return unit;
            },
            cancel);

    private static async Task<SealedRows> ListedAsync(Database database, CancellationToken cancel)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancel);
        return await SealedRows.OfAsync(database.Segments, connection, cancel);
    }

    /// <summary>An event whose row has been dropped: its leaf as the row has it, the rest from its segment.</summary>
    private static Either<DomainError, ExportedEvent> Sealed(SealedRows dropped, ExportedEvent row, TreeHash hash) =>
        dropped.At(row.Position).Bind(found => found.Filter(e => e.Hash.Exists(own => own == hash)).Match(
            Some: e => Right<DomainError, ExportedEvent>(row with
            {
                Line = Encoding.UTF8.GetString(e.Line), Headers = e.Headers, Data = e.Data,
            }),
            None: () => Unsound(row.Position)));

    /// <param name="dropped">The leaf's hash, where there is no row: what is given then is to be completed.</param>
    private static Either<DomainError, ExportedEvent> Event(CopyRows copy, LeafLine made, out TreeHash? dropped)
    {
        dropped = null;
        var position = copy.Number()!.Value;
        var line = copy.Copy()!;
        var (hash, chain) = (copy.Copy()!, copy.Copy()!);
        var (headerSalt, dataSalt) = (copy.Copy(), copy.Copy());
        if (hash.Length != TreeHash.Length || chain.Length != TreeHash.Length)
        {
            return Unsound(position);
        }

        if (copy.IsNull && line.Length == 0)
        {
            dropped = TreeHash.Of(hash);
            return new ExportedEvent(position, "", TreeHash.Of(hash), TreeHash.Of(chain), None, None);
        }

        if (copy.IsNull || MerkleTree.Leaf(line) != TreeHash.Of(hash))
        {
            return Unsound(position);
        }

        var stored = new StoredEvent
        {
            Position = position,
            Id = copy.Id(),
            Stream = copy.Bytes(),
            Version = copy.Number() ?? 0,
            Type = copy.Bytes(),
            Recorded = copy.Number() ?? 0,
            Correlation = copy.Bytes(),
            Headers = copy.Json(),
            Data = copy.Json(),
        };
        if (headerSalt is null || dataSalt is null)
        {
            return StoredLine.Of(line, stored, headerSalt, dataSalt, salted: true).Redacted
                ? new ExportedEvent(
                    position, Encoding.UTF8.GetString(line), TreeHash.Of(hash), TreeHash.Of(chain),
                    Kept(headerSalt, stored.Headers), Kept(dataSalt, stored.Data))
                : Unsound(position);
        }

        return made.Make(stored, headerSalt, dataSalt) && made.Line.SequenceEqual(line)
            ? new ExportedEvent(
                position, Encoding.UTF8.GetString(line), TreeHash.Of(hash), TreeHash.Of(chain),
                new SaltedPart(headerSalt, made.Headers.ToArray()),
                new SaltedPart(dataSalt, made.Data.ToArray()))
            : Unsound(position);
    }

    /// <summary>The part of a redacted event that is still there; its digest has been compared.</summary>
    private static Option<SaltedPart> Kept(byte[]? salt, ReadOnlySpan<byte> json) =>
        salt is null
            ? None
            : CanonicalJson.Of(Encoding.UTF8.GetString(json)).ToOption()
                .Map(canonical => new SaltedPart(salt, canonical));

    private static DomainError Unsound(long position) =>
        new DomainError.LedgerUnreadable(position, "the event is not the one that was hashed (eventdock ledger verify says more)");
}
