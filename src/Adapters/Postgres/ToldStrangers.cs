namespace EventDock.Adapters.Postgres;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using Npgsql;
using NpgsqlTypes;

/// <summary>
/// The foreign events that the ledger itself tells of, in events that are hashed and chained; and what the table
/// <c>foreign_events</c>, which anybody with all rights can fill, says beyond that.
/// </summary>
/// <param name="Positions">Without a leaf, and told of.</param>
/// <param name="Absent">Those of them that were never in these tables: the ledger was imported.</param>
internal sealed record ToldStrangers(
    System.Collections.Generic.HashSet<long> Positions, System.Collections.Generic.HashSet<long> Absent, Seq<Finding> Findings)
{
    private sealed record Listed(long Position, Guid Id, bool Recorded, bool HasLeaf, bool HasEvent);

    private sealed record Told(IReadOnlyDictionary<long, string> Ids, int Redacted);

    public static async Task<ToldStrangers> ReadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var listed = await ListedAsync(connection, cancel);
        var told = await ToldAsync(connection, cancel);
        var leaves = await WithLeafAsync(connection, told.Ids.Keys, cancel);
        var positions = told.Ids.Keys.Where(p => !leaves.Contains(p)).ToHashSet();
        var untold = listed.Where(l => !told.Ids.ContainsKey(l.Position) && (l.Recorded || l.HasLeaf)).ToList();
        // A ForeignEventFound whose data have been redacted tells of one, and no more of which. It tells of no event of ours.
        if (untold.Count <= told.Redacted && untold.TrueForAll(l => !l.HasLeaf))
        {
            positions.UnionWith(untold.Select(l => l.Position));
            untold.Clear();
        }

        // An event without a leaf is told where the walk comes by.
        var findings = untold.Where(l => l.HasLeaf || !l.HasEvent)
            .Select(l => (Finding)new Finding.Stranger(l.Position, l.Id) { Listed = true }).ToList();
        findings.AddRange(await EarlyAsync(connection, positions, cancel));
        findings.AddRange(await UnlistedAsync(connection, told, positions, listed, cancel));
        return new ToldStrangers(
            positions,
            listed.Where(l => l.Id == StreamFindings.NotHere && positions.Contains(l.Position))
                .Select(l => l.Position).ToHashSet(),
            findings.ToSeq());
    }

    private static async Task<List<Listed>> ListedAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            select f.position, f.id, f.recorded, l.position is not null, e.seq_id is not null
            from eventdock.foreign_events f
            left join eventdock.leaves l on l.position = f.position
            left join eventdock.mt_events e on e.seq_id = f.position
            order by f.position
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var listed = new List<Listed>();
        while (await reader.ReadAsync(cancel))
        {
            listed.Add(new Listed(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4)));
        }

        return listed;
    }

    /// <summary>Their rows are never dropped. One without a leaf is a stranger itself, whatever it says.</summary>
    private static async Task<Told> ToldAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select e.data->>'Position', coalesce(e.data->>'EventId', ''), t.data is not null
            from eventdock.mt_events e
            join eventdock.leaves l on l.position = e.seq_id
            left join ({StreamFindings.Redacted}) t on t.position = e.seq_id
            where e.stream_id = $1 and e.type = 'foreign_event_found'
            """, connection)
        {
            Parameters = { new() { Value = Streams.Strangers, NpgsqlDbType = NpgsqlDbType.Text } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var (ids, redacted) = (new Dictionary<long, string>(), 0);
        while (await reader.ReadAsync(cancel))
        {
            if (reader.GetBoolean(2))
            {
                redacted++;
            }
            else if (!reader.IsDBNull(0)
                && long.TryParse(
                    reader.GetString(0), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var position))
            {
                ids[position] = reader.GetString(1);
            }
        }

        return new Told(ids, redacted);
    }

    private static async Task<System.Collections.Generic.HashSet<long>> WithLeafAsync(
        NpgsqlConnection connection, IEnumerable<long> positions, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select position from eventdock.leaves where position = any($1)", connection)
        {
            Parameters = { new() { Value = positions.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var found = new System.Collections.Generic.HashSet<long>();
        while (await reader.ReadAsync(cancel))
        {
            found.Add(reader.GetInt64(0));
        }

        return found;
    }

    /// <summary>What stands before the first position, where no walk comes by.</summary>
    private static async Task<List<Finding>> EarlyAsync(
        NpgsqlConnection connection, System.Collections.Generic.HashSet<long> known, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select seq_id, id from eventdock.mt_events where seq_id < 1", connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var found = new List<Finding>();
        while (await reader.ReadAsync(cancel))
        {
            if (!known.Contains(reader.GetInt64(0)))
            {
                found.Add(new Finding.Stranger(reader.GetInt64(0), reader.GetGuid(1)));
            }
        }

        return found;
    }

    /// <summary>
    /// The table says less than the events, or another thing. Of what lies beyond the head an import lists nothing.
    /// </summary>
    private static async Task<IEnumerable<Finding>> UnlistedAsync(
        NpgsqlConnection connection, Told told, System.Collections.Generic.HashSet<long> positions, List<Listed> listed,
        CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select position from eventdock.head", connection);
        var head = await command.ExecuteScalarAsync(cancel) is long position ? position : 0;
        var ids = listed.ToDictionary(l => l.Position, l => l.Id);
        return told.Ids
            .Where(t => positions.Contains(t.Key) && (ids.TryGetValue(t.Key, out var id)
                ? id != StreamFindings.NotHere && id.ToString("D") != t.Value
                : t.Key >= 1 && t.Key <= head))
            .Select(t => (Finding)new Finding.ColumnChanged(t.Key, "foreign_events"));
    }
}
