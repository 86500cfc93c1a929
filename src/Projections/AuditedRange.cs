namespace EventDock.Projections;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>A range of the ledger as an auditor asks about it: what <see cref="AuditFold"/> makes of its events.</summary>
/// <param name="Operations">In the order of their first events.</param>
/// <param name="Containers">All that were there at some time in the range, in the order in which they were made.</param>
/// <param name="TagMoves">In order.</param>
/// <param name="Programs">Files that can be executed and appeared or changed in thin layers: the first of them.</param>
/// <param name="MorePrograms">How many there were beyond those.</param>
/// <param name="CutLists">LayerWritten events whose list of paths is not whole.</param>
/// <param name="Refused">Commands that were refused.</param>
/// <param name="Ledger">What was done to the ledger itself: redactions, foreign events, segments, adoptions.</param>
/// <param name="Events">How many events the range has.</param>
public sealed record AuditedRange(
    IReadOnlyList<AuditedOperation> Operations, IReadOnlyList<AuditedContainer> Containers, IReadOnlyList<AuditedTagMove> TagMoves,
    IReadOnlyList<AuditedProgram> Programs, long MorePrograms, long CutLists, IReadOnlyList<AuditedEvent> Refused,
    IReadOnlyList<AuditedEvent> Ledger, long Events);

/// <summary>An event, and what was known of the container that it is about.</summary>
public sealed record AuditedEvent(Recorded<DockEvent> Event, ContainerThen? Known);

/// <summary>One command, by the events of the range that carry its id.</summary>
/// <param name="Command">Its id.</param>
/// <param name="Origin">Of its first event whose headers have not been redacted.</param>
/// <param name="Count">How many events it has in the range.</param>
/// <param name="Positions">Where they are, as runs of positions.</param>
/// <param name="From">When the first of them happened.</param>
/// <param name="Until">When the last of them happened.</param>
/// <param name="Events">The first of them, at most <see cref="AuditFold.MostEvents"/>.</param>
/// <param name="On">What they are about: the first, at most <see cref="AuditFold.MostSubjects"/>.</param>
/// <param name="Subjects">How many things they are about.</param>
/// <param name="Places">What came from elsewhere or went there.</param>
/// <param name="Refused">It was refused, as a whole or in part.</param>
public sealed record AuditedOperation(
    Guid Command, Origin Origin, long Count, IReadOnlyList<PositionRun> Positions, DateTimeOffset From, DateTimeOffset Until,
    IReadOnlyList<AuditedEvent> Events, IReadOnlyList<AuditedSubject> On, int Subjects, IReadOnlyList<AuditedPlace> Places, bool Refused)
{
    public long First => Positions[0].First;

    public long Last => Positions[^1].Last;
}

/// <summary>Positions in a row, both ends included.</summary>
public readonly record struct PositionRun(long First, long Last);

/// <summary>A thing that events are about.</summary>
/// <param name="Name">What people call it; empty where it has no name but its id.</param>
public sealed record AuditedSubject(SubjectKind Kind, string Id, string Name);

public enum SubjectKind
{
    Container,
    Image,
    Tag,
    Layer,
    BuildStep,
    Bookmark,
    Root,
    Store,

    /// <summary>Positions of the ledger itself.</summary>
    Ledger,

    /// <summary>A stream of which no more is known: the data have been redacted.</summary>
    Stream,
}

/// <summary>Somewhere outside of the engine that something came from or went to.</summary>
/// <param name="Where">A registry, a file, a container.</param>
/// <param name="What">What came or went.</param>
public sealed record AuditedPlace(PlaceKind Kind, string Where, string What);

public enum PlaceKind
{
    PulledFrom,
    PushedTo,
    ImportedFrom,
    LoadedFrom,
    CopiedIn,
    CopiedOut,
    Exported,
}

/// <summary>A container's life, as far as the range shows it.</summary>
/// <param name="Name">The last that it had.</param>
/// <param name="Names">Those it had before, in the range.</param>
/// <param name="Image">As typed.</param>
/// <param name="By">Who made it or brought it back; null where that was before the range.</param>
/// <param name="Created">When.</param>
/// <param name="Runs">From start to end, oldest first: the last <see cref="AuditFold.MostRuns"/>.</param>
/// <param name="RunCount">How many there were.</param>
/// <param name="Removed">When; null where it is there at the end of the range.</param>
/// <param name="Rights">What it was given beyond docker's sandbox.</param>
public sealed record AuditedContainer(
    ContainerId Id, string Name, IReadOnlyList<string> Names, string Image, string ImageId, Origin? By, DateTimeOffset Created,
    IReadOnlyList<AuditedRun> Runs, long RunCount, DateTimeOffset? Removed, IReadOnlyList<ContainerRight> Rights);

/// <summary>One process of a container, from its start to its end.</summary>
/// <param name="Started">When it was started; of one that could not be: when that was tried.</param>
/// <param name="Ended">Null while it runs.</param>
/// <param name="ExitCode">Null while it runs, and where nobody could see it.</param>
/// <param name="Failed">Why it could not be started; null where it could.</param>
public sealed record AuditedRun(DateTimeOffset Started, DateTimeOffset? Ended, int? ExitCode, bool OutOfMemory, string? Failed);

/// <summary>A tag that names another image than before.</summary>
/// <param name="From">The image that lost it; null where none had it.</param>
/// <param name="To">The image that got it; null where none did.</param>
public sealed record AuditedTagMove(long Position, DateTimeOffset At, string Reference, string? From, string? To, Origin By);

/// <summary>A file that can be executed, and has appeared in a thin layer or changed there.</summary>
/// <param name="Container">The container's name; its id where that is not known.</param>
/// <param name="Cause">As in LayerWritten: when it was seen.</param>
public sealed record AuditedProgram(long Position, DateTimeOffset At, string ContainerId, string Container, string Cause, PathChange Change);
