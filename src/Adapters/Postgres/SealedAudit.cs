namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Ledger;
using Npgsql;
using NpgsqlTypes;

/// <summary>What <c>verify</c> compares with the leaf of an event whose row has been dropped: the event as its segment has it.</summary>
internal static class SealedAudit
{
    private const string Columns =
        """
        select l.position, l.recorded, isempty(l.late), lower(l.late), l.line, d.stream_id, d.version, d.type
        from eventdock.leaves l join eventdock.sealed d on d.seq_id = l.position
        where l.position between $1 and $2
        """;

    /// <summary>Completes rows that have a leaf and no event. What no segment has stays as it is: missing.</summary>
    public static async Task FillAsync(
        SegmentFiles files, NpgsqlConnection connection, List<AuditedRow> rows, CancellationToken cancel)
    {
        var open = rows.FindIndex(r => r.Event is null);
        if (open < 0)
        {
            return;
        }

        // Listed after the rows were read: whatever was dropped before is in the list.
        var segments = await SealedRows.OfAsync(files, connection, cancel);
        if (!segments.Segments.Any(s => s.Dropped && s.Last >= rows[open].Position && s.First <= rows[^1].Position))
        {
            return;
        }

        var beside = await BesideAsync(connection, rows[open].Position, rows[^1].Position, cancel);
        for (var i = open; i < rows.Count; i++)
        {
            if (rows[i] is { Event: null, Leaf: { } leaf } row)
            {
                rows[i] = segments.At(row.Position).Match(
                    Right: found => found.Match(Some: e => Row(row.Position, e, leaf, beside.GetValueOrDefault(row.Position)), None: () => row),
                    Left: _ => row);
            }
        }
    }

    /// <summary>What the tables still have of it.</summary>
    private sealed record Beside(DateTime Recorded, bool Prompt, DateTime? Happened, string Line, string Stream, long Version, string Type);

    private static AuditedRow Row(long position, SealedEvent found, AuditedLeaf leaf, Beside? beside)
    {
        var made = found.Redacted ? None : found.Hash;
        var same = made.Exists(hash => hash == leaf.Hash);
        return new AuditedRow(
            position, found.Fields.Id, made.ToNullable(),
            leaf with
            {
                Line = same
                    ? null
                    : new AuditedLine(
                        MerkleTree.Leaf(found.Line), found.Fields.Id, found.Position, found.Redacted && found.Hash.IsSome),
            },
            Column(found.Fields, beside));
    }

    private static string? Column(LeafFields fields, Beside? beside) =>
        beside is null || (fields.Stream, fields.Version, fields.Type) != (beside.Stream, beside.Version, beside.Type) ? "sealed"
        : beside.Line.Length > 0 ? "leaves.line"
        : beside.Recorded != fields.Recorded.UtcDateTime ? "leaves.recorded"
        : fields.Occurred < fields.Recorded
            ? beside.Prompt || beside.Happened != fields.Occurred.UtcDateTime ? "leaves.late" : null
            : beside.Prompt ? null : "leaves.late";

    private static async Task<Dictionary<long, Beside>> BesideAsync(
        NpgsqlConnection connection, long first, long last, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Columns, connection)
        {
            Parameters =
            {
                new() { Value = first, NpgsqlDbType = NpgsqlDbType.Bigint }, new() { Value = last, NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var beside = new Dictionary<long, Beside>();
        while (await reader.ReadAsync(cancel))
        {
            beside[reader.GetInt64(0)] = new Beside(
                reader.GetFieldValue<DateTime>(1), reader.GetBoolean(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTime>(3),
                reader.GetString(4), reader.GetString(5), reader.GetInt64(6), reader.GetString(7));
        }

        return beside;
    }
}
