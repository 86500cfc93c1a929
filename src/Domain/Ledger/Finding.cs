namespace EventDock.Domain.Ledger;

/// <summary>The kinds of findings of <c>ledger verify</c>, the gravest last: each has an exit code of its own.</summary>
public enum Verdict
{
    ViewDiffers,
    ColumnChanged,
    Stranger,
    Edited,
    Reordered,
    Missing,
    Truncated,
    Rewritten,
}

/// <summary>One thing that is not as it was when it was recorded.</summary>
public abstract record Finding(Verdict Verdict, long Position)
{
    /// <summary>The event's row or what is known of it is not what its leaf was made of.</summary>
    /// <param name="Part">What does not fit the rest.</param>
    public sealed record Edited(long Position, EditedPart Part) : Finding(Verdict.Edited, Position);

    public sealed record Missing(long Position, MissingPart Part) : Finding(Verdict.Missing, Position)
    {
        /// <summary>All positions up to this one are gone likewise, but for foreign events that were never there.</summary>
        public long Last { get; init; } = Position;
    }

    /// <param name="Belongs">Where the event that stands here was recorded.</param>
    public sealed record Reordered(long Position, long Belongs) : Finding(Verdict.Reordered, Position);

    /// <summary>An event that has no leaf, and that no ForeignEventFound tells of.</summary>
    public sealed record Stranger(long Position, Guid Id) : Finding(Verdict.Stranger, Position)
    {
        /// <summary>It is listed as foreign and known all the same.</summary>
        public bool Listed { get; init; }
    }

    /// <summary>A column that is no part of the leaf holds what EventDock never writes there.</summary>
    public sealed record ColumnChanged(long Position, string Column) : Finding(Verdict.ColumnChanged, Position);

    /// <summary>The ledger once held more: a checkpoint, or the disk, knows it.</summary>
    /// <param name="Size">How many leaves it held.</param>
    public sealed record Truncated(long Position, long Size, string Witness) : Finding(Verdict.Truncated, Position);

    /// <summary>At a checkpoint's size the tree has another root: what stands before it is not what was signed.</summary>
    public sealed record Rewritten(long Position, TreeHash Signed, TreeHash Found, string Witness) : Finding(Verdict.Rewritten, Position);

    /// <param name="Position">From which on the row differs.</param>
    public sealed record ViewDiffers(long Position, string View, string Key) : Finding(Verdict.ViewDiffers, Position);
}

/// <summary>What of an event's records was found to be edited.</summary>
public enum EditedPart
{
    /// <summary>The event's row; its leaf is as the chain has it.</summary>
    Event,

    /// <summary>The leaf; the event's row is as the chain has it.</summary>
    Leaf,

    /// <summary>The chain's link alone.</summary>
    Chain,

    /// <summary>Data or headers are gone, and no Redacted tells of it.</summary>
    Redaction,

    /// <summary>The file of the segment that begins here.</summary>
    Segment,

    /// <summary>More than one of these, so that nothing tells which is right.</summary>
    Several,
}

/// <summary>What of an event's records was found to be missing.</summary>
public enum MissingPart
{
    Event,
    Leaf,
    Both,

    /// <summary>The file of the segment that begins here.</summary>
    Segment,
}
