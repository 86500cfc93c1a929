namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>An event as a segment holds it.</summary>
/// <param name="Line">The hashed line, byte for byte.</param>
/// <param name="Headers">None where they have been redacted; likewise the data.</param>
public sealed record SealedEvent(LeafFields Fields, byte[] Line, Option<SaltedPart> Headers, Option<SaltedPart> Data)
{
    public long Position => Fields.Position;

    /// <summary>The leaf's hash, where what is there is what was hashed.</summary>
    public Option<TreeHash> Hash =>
        Fits(Headers, Fields.Headers) && Fits(Data, Fields.Data) ? Some(MerkleTree.Leaf(Line)) : Option<TreeHash>.None;

    public bool Redacted => Headers.IsNone || Data.IsNone;

    /// <summary>What is gone cannot be compared: that it may be gone, a Redacted tells.</summary>
    private static bool Fits(Option<SaltedPart> part, string digest) => part.Match(Some: p => p.Digest == digest, None: () => true);
}

/// <summary>Reads the lines of a segment's member, or of an export: three an event, up to the line that ends an export.</summary>
public static class SealedEvents
{
    public static Either<DomainError, IReadOnlyList<SealedEvent>> Parse(string file, ReadOnlySpan<byte> lines)
    {
        var (events, scratch) = (new List<SealedEvent>(), new CanonicalText());
        while (!lines.IsEmpty && !ExportTrailer.Begins(lines))
        {
            var line = Next(ref lines);
            var headers = Next(ref lines);
            var data = Next(ref lines);
            var read = Event(line, headers, data, scratch);
            if (read.IsLeft)
            {
                return new DomainError.SegmentUnreadable(file, $"what follows position {(events.Count > 0 ? events[^1].Position : 0)} is no event");
            }

            read.IfRight(events.Add);
        }

        return events;
    }

    private static Either<DomainError, SealedEvent> Event(
        ReadOnlySpan<byte> line, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> data, CanonicalText scratch)
    {
        var (fields, parts) = (LeafFields.Parse(line, scratch), (ExportLine.Part("headers", headers, scratch), ExportLine.Part("data", data, scratch)));
        var bytes = line.ToArray();
        return fields.Bind(f => parts.Item1.Bind(h => parts.Item2.Map(d => new SealedEvent(f, bytes, h, d))));
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf((byte)'\n');
        var line = end < 0 ? lines : lines[..end];
        lines = end < 0 ? default : lines[(end + 1)..];
        return line;
    }
}
