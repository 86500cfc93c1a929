namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>An event of an export, found to be what its leaf says, and what follows from it.</summary>
/// <param name="Line">The leaf's line, without its newline.</param>
/// <param name="Chain">The chain's link of this event.</param>
/// <param name="Headers">None where they have been redacted; likewise the data.</param>
/// <param name="Happened">The event, as this version reads it; None where its data have been redacted.</param>
public sealed record ImportedEvent(
    LeafFields Leaf, byte[] Line, TreeHash Hash, TreeHash Chain, Option<SaltedPart> Headers, Option<SaltedPart> Data,
    EventKind Kind, Option<DockEvent> Happened);
