namespace EventDock.Domain.Store;

/// <summary>The kinds of findings of <c>eventdock check</c>, the gravest last: each has an exit code of its own.</summary>
public enum FindingKind
{
    /// <summary>Nothing is wrong: what a killed command left, what is on its way, what the next command will record.</summary>
    Note,
    Unknown,
    Link,
    Mount,
    View,
    Reference,
    Layer,
    Blob,
    Container,
    Segment,
}

/// <summary>What is the matter with it.</summary>
public enum Fault
{
    /// <summary>A staging name whose command is dead.</summary>
    LeftInStaging,
    WaitsInTrash,

    /// <summary>A running container whose process is gone: its exit has not been recorded yet.</summary>
    EndedUnseen,

    /// <summary>The ledger does not know it, and a command that may be about to tell it is at work.</summary>
    MayBeOnItsWay,

    /// <summary>A command that is at work, or was killed, has claimed it: it is settled by that one or the next.</summary>
    Claimed,

    /// <summary>The manifest of an image that has been removed.</summary>
    ManifestLeft,

    NotInLedger,

    /// <summary>A container's directory that should have gone to the trash: the host went down before its renaming was on the disk.</summary>
    Removed,
    Missing,
    LinkMissing,
    LinkAstray,
    NotMounted,
    StrayMount,
    ViewDiffers,

    /// <summary>It names something that the ledger does not have.</summary>
    Dangling,
    RecordUnreadable,

    /// <summary>What stands beside the layer's files is not what the ledger has.</summary>
    RecordDiffers,

    /// <summary>Names, types, sizes, modes, owners or times are not those of when it was unpacked.</summary>
    TreeDiffers,

    /// <summary>A file is not what its blob says.</summary>
    FileDiffers,
    WrongSize,
    WrongDigest,
    WrongDiffId,
    NotWhole,
}

/// <summary>One thing that is not as it should be.</summary>
/// <param name="What">Its id, digest, name or path.</param>
/// <param name="Detail">What was expected and found, or where; may be empty.</param>
public sealed record StoreFinding(FindingKind Kind, Fault Fault, string What, string Detail)
{
    /// <summary>The same thing found in the same state.</summary>
    public bool Same(StoreFinding other) => Kind == other.Kind && Fault == other.Fault && What == other.What;
}
