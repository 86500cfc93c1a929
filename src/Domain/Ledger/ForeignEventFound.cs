namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>
/// An event that EventDock did not append stands in its tables. It is no part of views and chain; this says that it is known.
/// Stream: <c>ledger-strangers</c>.
/// </summary>
/// <param name="Position">Its <c>seq_id</c>.</param>
/// <param name="EventId">Its <c>id</c>.</param>
/// <param name="Stream">The stream it was put into; empty for none.</param>
/// <param name="Version">Its version there.</param>
/// <param name="Type">What it calls itself.</param>
public sealed record ForeignEventFound(
    ByteCount Position, string EventId, string Stream, ByteCount Version, string Type) : DockEvent;
