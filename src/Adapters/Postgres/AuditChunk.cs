namespace EventDock.Adapters.Postgres;

using System.Buffers.Binary;
using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using Npgsql;

/// <summary>
/// Reads some thousand positions, each row once, and compares it with its leaf. Used again for one portion after the other.
/// </summary>
internal sealed class AuditChunk
{
    /// <summary>Bits of a range in its binary form (PostgreSQL, rangetypes.h): nothing in it; its lower bound belongs to it.</summary>
    private const byte EmptyRange = 1, LowerIncluded = 2;

    private static readonly (byte[] Alias, byte[] DotNet)[] Kinds =
        EventCodec.Kinds.Map(kind => (Encoding.UTF8.GetBytes(kind.Alias), Encoding.UTF8.GetBytes(kind.DotNetType))).ToArray();

    private readonly LeafLine made = new(BlockSha256.Hash);
    private readonly List<AuditedRow> rows = [];

    /// <summary>The rows of these positions, in their order; valid until the next call.</summary>
    public async Task<List<AuditedRow>> ReadAsync(NpgsqlConnection connection, long first, long last, CancellationToken cancel)
    {
        rows.Clear();
        // All three tables are read in the order of their keys: nothing is sorted or kept on the way.
        await using (var merging = new NpgsqlCommand("set enable_hashjoin = off; set enable_nestloop = off", connection))
        {
            await merging.ExecuteNonQueryAsync(cancel);
        }

        await EventsAsync(connection, first, last, cancel);
        if (rows.Count <= last - first)
        {
            await AloneAsync(connection, first, last, cancel);
        }

        return rows;
    }

    private async Task EventsAsync(NpgsqlConnection connection, long first, long last, CancellationToken cancel)
    {
        // What stands outside the leaf is the same in every row that EventDock writes.
        await using var copy = await CopyRows.BeginAsync(
            connection,
            FormattableString.Invariant($"""
                select e.seq_id, e.id, e.stream_id, e.version, e.data, e.type, e.timestamp, e.correlation_id, e.headers,
                    e.mt_dotnet_type,
                    case when e.tenant_id is distinct from '*DEFAULT*' then 'tenant_id'
                        when e.is_archived is distinct from false then 'is_archived'
                        when e.bdata is not null or e.causation_id is not null or e.user_name is not null
                            then 'bdata, causation_id or user_name' end,
                    l.line, l.hash, l.chain, l.recorded, l.late, s.headers, s.data, s.position is not null
                from eventdock.mt_events e
                left join eventdock.leaves l on l.position = e.seq_id and l.position between {first} and {last}
                left join eventdock.salts s on s.position = e.seq_id and s.position between {first} and {last}
                where e.seq_id between {first} and {last} order by e.seq_id
                """),
            cancel);
        while (await copy.NextAsync(cancel))
        {
            rows.Add(Row(copy));
        }
    }

    /// <summary>Leaves without an event.</summary>
    private async Task AloneAsync(NpgsqlConnection connection, long first, long last, CancellationToken cancel)
    {
        await using var copy = await CopyRows.BeginAsync(
            connection,
            FormattableString.Invariant($"""
                select l.position, l.hash, l.chain from eventdock.leaves l
                where l.position between {first} and {last}
                    and not exists (
                        select from eventdock.mt_events e where e.seq_id = l.position and e.seq_id between {first} and {last})
                """),
            cancel);
        while (await copy.NextAsync(cancel))
        {
            // Fields are read in their order.
            var position = copy.Number()!.Value;
            rows.Add(new AuditedRow(position, null, null, new AuditedLeaf(Hash(copy.Bytes()), Hash(copy.Bytes()), null), null));
        }

        rows.Sort((a, b) => a.Position.CompareTo(b.Position));
    }

    private AuditedRow Row(CopyRows copy)
    {
        var stored = new StoredEvent
        {
            Position = copy.Number()!.Value,
            Id = copy.Id(),
            Stream = copy.Bytes(),
            Version = copy.Number() ?? 0,
            Data = copy.Json(),
            Type = copy.Bytes(),
            Recorded = copy.Number() ?? 0,
            Correlation = copy.Bytes(),
            Headers = copy.Json(),
        };
        var known = DotNetFits(stored.Type, copy.Bytes());
        var other = copy.Text();
        var column = known ? other : "mt_dotnet_type";
        var hasLeaf = !copy.IsNull;
        var leaf = new StoredLeaf
        {
            Line = copy.Bytes(),
            Hash = Hash(copy.Bytes()),
            Chain = Hash(copy.Bytes()),
            Recorded = copy.Number() ?? 0,
            Late = copy.Bytes(),
            HasHeaderSalt = !copy.IsNull,
            HeaderSalt = copy.Bytes(),
            HasDataSalt = !copy.IsNull,
            DataSalt = copy.Bytes(),
            Salted = copy.Flag() == true,
        };
        if (!hasLeaf)
        {
            TreeHash? hash = leaf.Salted && made.Make(stored, leaf.HeaderSalt, leaf.DataSalt) ? made.Hash : null;
            return new AuditedRow(stored.Position, stored.Id, hash, null, null);
        }

        var whole = made.Make(stored, leaf.HeaderSalt, leaf.DataSalt);
        var line = whole && made.Line.SequenceEqual(leaf.Line)
            ? null
            : StoredLine.Of(
                leaf.Line.ToArray(), stored, leaf.HasHeaderSalt ? leaf.HeaderSalt.ToArray() : null,
                leaf.HasDataSalt ? leaf.DataSalt.ToArray() : null, leaf.Salted);
        return new AuditedRow(
            stored.Position, stored.Id, whole ? made.Hash : null, new AuditedLeaf(leaf.Hash, leaf.Chain, line),
            column ?? Beside(stored, leaf, whole));
    }

    /// <summary>
    /// What stands beside an event, as it lies in the buffer: its leaf and its salts; a salt that is not there has been redacted.
    /// </summary>
    private readonly ref struct StoredLeaf
    {
        public required ReadOnlySpan<byte> Line { get; init; }

        public required TreeHash Hash { get; init; }

        public required TreeHash Chain { get; init; }

        public required long Recorded { get; init; }

        public required ReadOnlySpan<byte> Late { get; init; }

        public required bool HasHeaderSalt { get; init; }

        public required ReadOnlySpan<byte> HeaderSalt { get; init; }

        public required bool HasDataSalt { get; init; }

        public required ReadOnlySpan<byte> DataSalt { get; init; }

        public required bool Salted { get; init; }
    }

    /// <summary>A hash of another length than a hash has is none that was stored by EventDock: it fits nothing.</summary>
    public static TreeHash Hash(ReadOnlySpan<byte> bytes) => bytes.Length == TreeHash.Length ? TreeHash.Of(bytes) : default;

    /// <summary>What of a leaf follows from what stands in its line.</summary>
    private string? Beside(in StoredEvent stored, in StoredLeaf leaf, bool whole) =>
        leaf.Recorded != stored.Recorded ? "leaves.recorded" : whole && !LateFits(leaf) ? "leaves.late" : null;

    /// <summary>The range from what happened to what was recorded; nothing where it was recorded at once.</summary>
    private bool LateFits(in StoredLeaf leaf)
    {
        if (made.Occurred >= leaf.Recorded)
        {
            return leaf.Late is [EmptyRange];
        }

        // A byte for its kind, and of each bound its length and its microseconds.
        Span<byte> range = stackalloc byte[1 + (2 * (sizeof(int) + sizeof(long)))];
        range[0] = LowerIncluded;
        BinaryPrimitives.WriteInt32BigEndian(range[1..], sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(range[5..], made.Occurred);
        BinaryPrimitives.WriteInt32BigEndian(range[13..], sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(range[17..], leaf.Recorded);
        return leaf.Late.SequenceEqual(range);
    }

    private static bool DotNetFits(ReadOnlySpan<byte> alias, ReadOnlySpan<byte> dotnet)
    {
        foreach (var (known, name) in Kinds)
        {
            if (alias.SequenceEqual(known))
            {
                return dotnet.SequenceEqual(name);
            }
        }

        // A newer version's event: what it belongs to is not known here.
        return true;
    }
}
