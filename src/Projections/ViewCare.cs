namespace EventDock.Projections;

using EventDock.Domain.Kernel;

/// <summary>The views as things to be looked after.</summary>
/// <param name="Rebuild">
/// Folds the named views (none: all) anew beside the old ones while commands go on, from where an interrupted rebuild of the same
/// version has come, and puts them in their place. Error: LedgerUnreadable or ViewUnfoldable, naming the event, or
/// RebuildRunning; the views stay as they were.
/// </param>
/// <param name="Sums">A checksum of each view as of a position (None: the head).</param>
/// <param name="Compare">
/// Folds the whole log and compares each view with what comes of it, history included, up to a position (None: the head). Gives
/// at most so many differences.
/// </param>
public sealed record ViewCare(
    Func<Seq<string>, Action<BuildProgress>, CancellationToken, EitherAsync<DomainError, BuiltViews>> Rebuild,
    Func<Option<long>, CancellationToken, EitherAsync<DomainError, Seq<ViewSum>>> Sums,
    Func<Option<long>, int, Action<BuildProgress>, CancellationToken, EitherAsync<DomainError, ViewDifferences>> Compare)
{
    /// <summary>The views that stand still before an event which they could not be folded beyond.</summary>
    public required Func<CancellationToken, EitherAsync<DomainError, Seq<DomainError.ViewStopped>>> Stops { get; init; }
}

/// <summary>What a rebuild is at.</summary>
public enum BuildStage
{
    Folding,
    Indexing,
    CatchingUp,

    /// <summary>All is built; somebody reads the old views in a transaction of his own, and is not pushed aside.</summary>
    WaitingForReaders,
}

/// <param name="Position">The last event that is folded.</param>
/// <param name="Head">The last event that there was when it was looked for.</param>
public sealed record BuildProgress(BuildStage Stage, long Position, long Head);

/// <param name="Position">What the views stand at.</param>
/// <param name="ResumedAt">Where an interrupted rebuild had come to, and this one went on; 0 where it began anew.</param>
public sealed record BuiltViews(Seq<string> Views, long Position, long ResumedAt);

/// <summary>
/// One view as of a position: SHA-256 of its rows in the text form of COPY (key, valid_from, valid_to, row; one line each, in the
/// order of key and valid_from, as bytes), every version that had begun by then, valid_to empty where it had not ended yet.
/// </summary>
public sealed record ViewSum(string View, int Version, long Position, long Rows, string Sha256);

/// <summary>A row that is not what the log's fold says.</summary>
/// <param name="Position">Of the first event from which on it differs.</param>
public sealed record ViewDifference(string View, string Key, long Position);

/// <param name="More">Further rows differ, which were not looked for one by one.</param>
public sealed record ViewDifferences(Seq<ViewDifference> Found, bool More)
{
    public static readonly ViewDifferences None = new(Seq<ViewDifference>(), false);

    public bool IsEmpty => Found.IsEmpty && !More;
}
