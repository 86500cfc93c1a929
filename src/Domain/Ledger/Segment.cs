namespace EventDock.Domain.Ledger;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>
/// A range of positions that has been written to a file, in the form of an export: gzip members (RFC 1952), each of some hundred
/// events, and one with the line that ends an export. Unpacked as a whole it is that export.
/// </summary>
/// <param name="File">Its name, in the root's directory <c>segments</c>.</param>
/// <param name="Digest">Of the file.</param>
/// <param name="Blocks">Its members, but for the last.</param>
/// <param name="Dropped">The rows of its events have been dropped: it alone has what they held.</param>
public sealed record Segment(
    long First, long Last, string File, ByteCount Bytes, Digest Digest, Seq<SegmentBlock> Blocks, bool Dropped)
{
    /// <summary>Names sort as their ranges do.</summary>
    /// <param name="generation">From 1; one more each time that a redaction writes the segment anew.</param>
    public static string NameOf(long first, long last, int generation) =>
        Prefix(first, last) + (generation == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $".{generation}")) + Suffix;

    public int Generation =>
        int.TryParse(File.AsSpan(0, Math.Max(0, File.Length - Suffix.Length)).ToString().Split('.')[^1], NumberStyles.None,
            CultureInfo.InvariantCulture, out var generation)
            ? generation
            : 1;

    /// <summary>This segment's file, or one of an earlier or later generation.</summary>
    public bool Names(string file) => file.StartsWith(Prefix(First, Last) + ".", StringComparison.Ordinal);

    private const string Suffix = ".ndjson.gz";

    private static string Prefix(long first, long last) => string.Create(CultureInfo.InvariantCulture, $"{first:D12}-{last:D12}");

    public bool Covers(long position) => First <= position && position <= Last;
}

/// <param name="First">The position of its first event.</param>
/// <param name="Offset">Of its first byte in the file.</param>
public readonly record struct SegmentBlock(long First, long Offset);
