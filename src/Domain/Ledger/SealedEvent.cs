namespace EventDock.Domain.Ledger;

using System.Text;
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

    /// <summary>Without some of its parts.</summary>
    public SealedEvent Without(EventParts parts) => this with
    {
        Headers = (parts & EventParts.Headers) != 0 ? None : Headers,
        Data = (parts & EventParts.Data) != 0 ? None : Data,
    };

    /// <summary>The three lines.</summary>
    public Seq<string> Lines => Seq(Encoding.UTF8.GetString(Line), ExportLine.Of("headers", Headers), ExportLine.Of("data", Data));

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

    /// <summary>The line that ends an export, behind the events of its last member.</summary>
    public static Option<string> Trailer(ReadOnlySpan<byte> lines)
    {
        var last = lines.TrimEnd((byte)'\n');
        last = last[(last.LastIndexOf((byte)'\n') + 1)..];
        return ExportTrailer.Begins(last) ? Some(Encoding.UTF8.GetString(last)) : None;
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
