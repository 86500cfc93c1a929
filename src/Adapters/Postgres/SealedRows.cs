namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using Npgsql;

/// <summary>
/// Events whose rows have been dropped, read from their segments by position. One member of one segment is kept unpacked: who asks
/// in the order of positions unpacks each once.
/// </summary>
internal sealed class SealedRows(SegmentFiles files, IReadOnlyList<Segment> segments)
{
    private Dictionary<long, SealedEvent> events = [];
    private (Segment? Segment, int Block) held;

    public IReadOnlyList<Segment> Segments => segments;

    public static async Task<SealedRows> OfAsync(SegmentFiles files, NpgsqlConnection connection, CancellationToken cancel) =>
        new(files, await ListAsync(connection, cancel));

    /// <summary>In the order of their ranges.</summary>
    public static async Task<IReadOnlyList<Segment>> ListAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "select first, last, file, bytes, digest, blocks, offsets, dropped from eventdock.segments order by first", connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var list = new List<Segment>();
        while (await reader.ReadAsync(cancel))
        {
            var (firsts, offsets) = (Numbers(reader, 5), Numbers(reader, 6));
            list.Add(new Segment(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3),
                // One that cannot be read fits no file.
                Digest.Parse(reader.GetString(4)).IfLeft(Digest.Of([])),
                firsts.Zip(offsets, (first, offset) => new SegmentBlock(first, offset)).ToArray().ToSeq(),
                reader.GetBoolean(7)));
        }

        return list;
    }

    /// <summary>A list that somebody has put a null into leads to no place in the file.</summary>
    private static long[] Numbers(NpgsqlDataReader reader, int column) =>
        System.Array.ConvertAll(reader.GetFieldValue<long?[]>(column), number => number ?? -1);

    /// <summary>None: no segment that rows were dropped for has an event there. Error: SegmentUnreadable.</summary>
    public Either<DomainError, Option<SealedEvent>> At(long position)
    {
        if (held.Segment is not { } current || !current.Covers(position) || BlockOf(current, position) != held.Block)
        {
            var read = Load(position);
            if (read.IsLeft)
            {
                return read.Map(_ => Option<SealedEvent>.None);
            }
        }

        return events.TryGetValue(position, out var found) ? Some(found) : Option<SealedEvent>.None;
    }

    /// <summary>As the log has it. Error: SegmentUnreadable, LedgerUnreadable.</summary>
    public Either<DomainError, Recorded<DockEvent>> Recorded(long position, string? gone) =>
        At(position).Bind(found => found.Match(
            Some: e => EventRow.Of(e, gone),
            None: () => new DomainError.LedgerUnreadable(position, "its row has been dropped, and its segment does not have it")));

    /// <summary>The members of segments that rows were dropped for, as far as they hold positions of a range; in order.</summary>
    public IEnumerable<Either<DomainError, IReadOnlyList<SealedEvent>>> Between(long first, long last)
    {
        foreach (var segment in segments.Where(s => s.Dropped && s.First <= last && s.Last >= first))
        {
            for (var block = Math.Max(0, BlockOf(segment, first)); block < segment.Blocks.Count && segment.Blocks[block].First <= last; block++)
            {
                yield return files.Read(segment, block).Bind(lines => SealedEvents.Parse(segment.File, lines));
            }
        }
    }

    private Either<DomainError, Unit> Load(long position)
    {
        (held, events) = (default, []);
        var segment = segments.FirstOrDefault(s => s.Dropped && s.Covers(position));
        var block = segment is null ? -1 : BlockOf(segment, position);
        if (segment is null || block < 0)
        {
            return unit;
        }

        return files.Read(segment, block).Bind(lines => SealedEvents.Parse(segment.File, lines)).Map(read =>
        {
            foreach (var sealedEvent in read)
            {
                events[sealedEvent.Position] = sealedEvent;
            }

            held = (segment, block);
            return unit;
        });
    }

    /// <summary>The last member that begins at or before the position; below 0 where none does.</summary>
    private static int BlockOf(Segment segment, long position)
    {
        var (low, high) = (0, segment.Blocks.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (segment.Blocks[middle].First <= position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return high;
    }
}
