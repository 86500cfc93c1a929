namespace EventDock.Domain.Ledger;

/// <summary>What one position's rows say, each for itself; what they say together is for <see cref="LedgerAudit"/> to tell.</summary>
/// <param name="Event">The event's own id; none where there is no row.</param>
/// <param name="Made">The leaf's hash as it is made anew from the row; none where the row cannot be what was hashed.</param>
/// <param name="Leaf">The leaf as it is stored; none where it is gone.</param>
/// <param name="Column">A column outside the leaf that holds what EventDock never writes there.</param>
public readonly record struct AuditedRow(long Position, Guid? Event, TreeHash? Made, AuditedLeaf? Leaf, string? Column);

/// <param name="Hash">As stored, in the tree's place.</param>
/// <param name="Line">The line as it is stored, where that is not what the row makes; null elsewhere.</param>
public readonly record struct AuditedLeaf(TreeHash Hash, TreeHash Chain, AuditedLine? Line);

/// <param name="Hash">Of the line as it is stored.</param>
/// <param name="Id">The event's; empty where the line cannot be read.</param>
/// <param name="Redacted">Data or headers are gone, and what is left fits the line.</param>
public sealed record AuditedLine(TreeHash Hash, Guid Id, long Position, bool Redacted);
