namespace EventDock.Adapters.Postgres;

using System.Buffers.Binary;
using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using Npgsql;

/// <summary>Some thousand positions, each row read once and compared with its leaf. One chunk knows nothing of the others.</summary>
internal sealed class AuditChunk(long first, long last)
{
    private const string EventColumns =
        "seq_id, id, stream_id, version, data, type, timestamp, correlation_id, headers, mt_dotnet_type, tenant_id, is_archived, "
        + "bdata is null and causation_id is null and user_name is null";

    private static readonly (byte[] Alias, byte[] DotNet)[] Kinds =
        EventCodec.Kinds.Map(kind => (Encoding.UTF8.GetBytes(kind.Alias), Encoding.UTF8.GetBytes(kind.DotNetType))).ToArray();

    private readonly LeafLine made = new();
    private readonly LeafAt?[] leaves = new LeafAt?[last - first + 1];
    private readonly List<AuditedRow> rows = new((int)(last - first + 1));

    /// <summary>What stands beside an event: its leaf, if it is there, and its salts; a salt that is null has been redacted.</summary>
    private sealed record LeafAt(
        byte[]? Line, TreeHash Hash, TreeHash Chain, long Recorded, LateRange Late, byte[]? HeaderSalt, byte[]? DataSalt, bool Salted);

    /// <summary>The range from what happened to what was recorded; nothing where it was recorded at once.</summary>
    private readonly record struct LateRange(bool Empty, long? From, long? To);

    public static async Task<List<AuditedRow>> ReadAsync(NpgsqlConnection connection, long first, long last, CancellationToken cancel)
    {
        var chunk = new AuditChunk(first, last);
        await chunk.LeavesAsync(connection, cancel);
        await chunk.EventsAsync(connection, cancel);
        return chunk.rows;
    }

    private async Task LeavesAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var copy = await CopyRows.BeginAsync(
            connection,
            FormattableString.Invariant($"""
                select position, l.line, l.hash, l.chain, l.recorded,
                    isempty(l.late), lower(l.late), upper(l.late), s.headers, s.data, s.salted is not null
                from (select * from eventdock.leaves where position between {first} and {last}) l
                full join (select *, position as salted from eventdock.salts where position between {first} and {last}) s
                using (position)
            """),
            cancel);
        while (await copy.NextAsync(cancel))
        {
            // Fields are read in their order.
            leaves[copy.Number()!.Value - first] = new LeafAt(
                copy.Copy(), Hash(copy.Bytes()), Hash(copy.Bytes()), copy.Number() ?? 0, Late(copy), copy.Copy(), copy.Copy(),
                copy.Flag() == true);
        }
    }

    private static LateRange Late(CopyRows copy) => new(copy.Flag() == true, copy.Number(), copy.Number());

    /// <summary>A hash of another length than a hash has is none that was stored by EventDock: it fits nothing.</summary>
    private static TreeHash Hash(ReadOnlySpan<byte> bytes) => bytes.Length == TreeHash.Length ? TreeHash.Of(bytes) : default;

    private async Task EventsAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var copy = await CopyRows.BeginAsync(
            connection,
            FormattableString.Invariant(
                $"select {EventColumns} from eventdock.mt_events where seq_id between {first} and {last} order by seq_id"),
            cancel);
        var next = first;
        while (await copy.NextAsync(cancel))
        {
            var position = copy.Number()!.Value;
            for (; next < position; next++)
            {
                Alone(next);
            }

            next++;
            rows.Add(Row(copy, position, leaves[position - first]));
        }

        for (; next <= last; next++)
        {
            Alone(next);
        }
    }

    /// <summary>A leaf without an event.</summary>
    private void Alone(long position)
    {
        if (leaves[position - first] is { Line: not null } leaf)
        {
            rows.Add(new AuditedRow(position, null, null, new AuditedLeaf(leaf.Hash, leaf.Chain, null), null));
        }
    }

    private AuditedRow Row(CopyRows copy, long position, LeafAt? leaf)
    {
        var stored = new StoredEvent
        {
            Position = position,
            Id = copy.Id(),
            Stream = copy.Bytes(),
            Version = copy.Number() ?? 0,
            Data = copy.Json(),
            Type = copy.Bytes(),
            Recorded = copy.Number() ?? 0,
            Correlation = copy.Bytes(),
            Headers = copy.Json(),
        };
        if (leaf is null)
        {
            return new AuditedRow(stored.Position, stored.Id, null, null, null);
        }

        var whole = made.Make(stored, leaf.HeaderSalt, leaf.DataSalt);
        TreeHash? hash = whole ? made.Hash : null;
        if (leaf.Line is null)
        {
            return new AuditedRow(stored.Position, stored.Id, hash, null, null);
        }

        var line = whole && made.Line.SequenceEqual(leaf.Line) ? null : StoredLine.Of(leaf.Line, stored, leaf.HeaderSalt, leaf.DataSalt, leaf.Salted);
        return new AuditedRow(
            stored.Position, stored.Id, hash, new AuditedLeaf(leaf.Hash, leaf.Chain, line), Column(copy, stored, leaf, whole));
    }

    /// <summary>What stands outside the leaf is the same in every row that EventDock writes, or follows from what stands in it.</summary>
    private string? Column(CopyRows copy, in StoredEvent stored, LeafAt leaf, bool whole) =>
        !DotNetFits(stored.Type, copy.Bytes()) ? "mt_dotnet_type"
        : !copy.Bytes().SequenceEqual("*DEFAULT*"u8) ? "tenant_id"
        : copy.Flag() != false ? "is_archived"
        : copy.Flag() != true ? "bdata, causation_id or user_name"
        : leaf.Recorded != stored.Recorded ? "leaves.recorded"
        : whole && !LateFits(leaf) ? "leaves.late"
        : null;

    private bool LateFits(LeafAt leaf) => made.Occurred < leaf.Recorded
        ? leaf.Late == new LateRange(false, made.Occurred, leaf.Recorded)
        : leaf.Late.Empty;

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
