namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What has happened to the oldest events' rows. Stream: <c>ledger-segments</c>.</summary>
/// <param name="First">The first position of the range.</param>
/// <param name="Last">The last.</param>
public abstract record SegmentEvent(ByteCount First, ByteCount Last) : DockEvent;

/// <summary>The events of a range stand in a signed file, too.</summary>
/// <param name="File">Its name, in the root's directory <c>segments</c>.</param>
public sealed record SegmentSealed(ByteCount First, ByteCount Last, string File, ByteCount Bytes, Digest Digest) : SegmentEvent(First, Last);

/// <summary>A redaction has written the file anew, without what it took out; the one before is deleted.</summary>
/// <param name="File">The name that it has now.</param>
public sealed record SegmentRewritten(ByteCount First, ByteCount Last, string File, ByteCount Bytes, Digest Digest) : SegmentEvent(First, Last);

/// <summary>The rows of a sealed range have been dropped: its events stand in its file alone.</summary>
public sealed record SegmentDropped(ByteCount First, ByteCount Last) : SegmentEvent(First, Last);
