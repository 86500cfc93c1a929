namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Ledger;

/// <summary>Which of an export's events are kept: the first so many. It changes in place, as the reader of the export does.</summary>
internal sealed class ImportedPart(Func<LeafFields, bool> within)
{
    /// <summary>No event has been left out.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>The position of the last that is kept; 0 for none.</summary>
    public long Last { get; private set; }

    public long Count { get; private set; }

    /// <summary>When it was recorded.</summary>
    public DateTimeOffset? Recorded { get; private set; }

    /// <summary>The chain up to it.</summary>
    public TreeHash Chain { get; private set; } = LedgerChain.Start;

    public bool Takes(ImportedEvent imported)
    {
        IsWhole = IsWhole && within(imported.Leaf);
        if (IsWhole)
        {
            (Last, Count, Recorded, Chain) = (imported.Leaf.Position, Count + 1, imported.Leaf.Recorded, imported.Chain);
        }

        return IsWhole;
    }
}
