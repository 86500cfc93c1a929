namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>
/// Parts of an event have been taken out of the ledger, with the salts that they were hashed with. Its leaf stands, so that
/// every proof of it still holds. Stream: <c>redaction-{position}</c>.
/// </summary>
/// <param name="Position">The event's.</param>
/// <param name="Parts"><c>headers</c>, <c>data</c>, or both.</param>
/// <param name="Reason">As whoever did it gave it.</param>
public sealed record Redacted(ByteCount Position, Seq<string> Parts, string Reason) : DockEvent;
