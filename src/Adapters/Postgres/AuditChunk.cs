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
        byte[]? Line, TreeHash Hash, TreeHash Chain, long Recorded, bool Late, byte[]? HeaderSalt, byte[]? DataSalt, bool Salted);

    public static async Task<List<AuditedRow>> ReadAsync(NpgsqlConnection connection, long first, long last, CancellationToken cancel)
    {
        var chunk = new AuditChunk(first, last);
        await chunk.LeavesAsync(connection, cancel);
        await chunk.EventsAsync(connection, cancel);
        return chunk.rows;
    }

    private async Task LeavesAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var copy = await CopyRows.OpenAsync(
            connection,
            FormattableString.Invariant($"""
            copy (
                select position, l.line, l.hash, l.chain, l.recorded,
                    upper(l.late) = l.recorded or isempty(l.late), s.headers, s.data, s.salted is not null
                from (select * from eventdock.leaves where position between {first} and {last}) l
                full join (select *, position as salted from eventdock.salts where position between {first} and {last}) s
                using (position)) to stdout (format binary)
            """),
            cancel);
        while (await copy.NextAsync(cancel))
        {
            leaves[copy.Number(0) - first] = new LeafAt(
                copy.IsNull(1) ? null : copy.Bytes(1).ToArray(), Hash(copy.Bytes(2)), Hash(copy.Bytes(3)),
                copy.IsNull(4) ? 0 : copy.Number(4), copy.Is(5, true),
                copy.IsNull(6) ? null : copy.Bytes(6).ToArray(), copy.IsNull(7) ? null : copy.Bytes(7).ToArray(), copy.Is(8, true));
        }
    }

    /// <summary>A hash of another length than a hash has is none that was stored by EventDock: it fits nothing.</summary>
    private static TreeHash Hash(ReadOnlySpan<byte> bytes) => bytes.Length == TreeHash.Length ? TreeHash.Of(bytes) : default;

    private async Task EventsAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var copy = await CopyRows.OpenAsync(
            connection,
            FormattableString.Invariant(
                $"copy (select {EventColumns} from eventdock.mt_events where seq_id between {first} and {last} order by seq_id) to stdout (format binary)"),
            cancel);
        var next = first;
        while (await copy.NextAsync(cancel))
        {
            for (var position = copy.Number(0); next < position; next++)
            {
                Alone(next);
            }

            next++;
            rows.Add(Row(copy, leaves[copy.Number(0) - first]));
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

    private AuditedRow Row(CopyRows copy, LeafAt? leaf)
    {
        var stored = new StoredEvent
        {
            Position = copy.Number(0),
            Id = copy.Id(1),
            Stream = copy.Bytes(2),
            Version = copy.Number(3),
            Data = copy.Json(4),
            Type = copy.Bytes(5),
            Recorded = copy.Number(6),
            Correlation = copy.Bytes(7),
            Headers = copy.Json(8),
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
            stored.Position, stored.Id, hash, new AuditedLeaf(leaf.Hash, leaf.Chain, line), Column(copy, leaf));
    }

    /// <summary>What stands outside the leaf is the same in every row that EventDock writes, or follows from what stands in it.</summary>
    private static string? Column(CopyRows copy, LeafAt leaf) =>
        !DotNetFits(copy.Bytes(5), copy.Bytes(9)) ? "mt_dotnet_type"
        : !copy.Bytes(10).SequenceEqual("*DEFAULT*"u8) ? "tenant_id"
        : !copy.Is(11, false) ? "is_archived"
        : !copy.Is(12, true) ? "bdata, causation_id or user_name"
        : leaf.Recorded != copy.Number(6) ? "leaves.recorded"
        : !leaf.Late ? "leaves.late"
        : null;

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
