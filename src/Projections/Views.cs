namespace EventDock.Projections;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;

/// <summary>The views, as functions. Queries read these and never the events. A position of None means now.</summary>
public sealed record Views(
    ViewReader<ContainerRow> Containers,
    ViewReader<ImageRow> Images,
    ViewReader<TagRow> Tags,
    ViewReader<LayerRow> Layers,
    ViewReader<BuildStepRow> BuildSteps,
    Func<string, CancellationToken, EitherAsync<DomainError, Option<ImageRow>>> ImageTagged,
    Func<string, CancellationToken, EitherAsync<DomainError, Option<ContainerRow>>> ContainerNamed,
    Func<string, CancellationToken, EitherAsync<DomainError, Seq<ContainerRow>>> ContainersOf,
    Func<Option<long>, CancellationToken, EitherAsync<DomainError, Seq<ContainerRow>>> ContainersRunning,
    Func<CancellationToken, EitherAsync<DomainError, Seq<ContainerRow>>> ContainersUnended,
    Func<string, CancellationToken, EitherAsync<DomainError, Seq<TagRow>>> TagsOf,
    Func<string, CancellationToken, EitherAsync<DomainError, Seq<string>>> LayersOnlyOf,
    Func<DateTimeOffset, CancellationToken, EitherAsync<DomainError, MomentAt>> At,
    Func<CancellationToken, EitherAsync<DomainError, Option<RootRow>>> Root)
{
    /// <summary>
    /// A time by the clock of what happened: the last position that had happened by then, recorded by then or not. What was recorded before
    /// that and happened only later is in the answer, and counted as <see cref="MomentAt.Late"/>.
    /// </summary>
    public required Func<DateTimeOffset, CancellationToken, EitherAsync<DomainError, MomentAt>> AtOccurred { get; init; }

    /// <summary>The container that had a name as of a position.</summary>
    public required Func<string, long, CancellationToken, EitherAsync<DomainError, Option<ContainerRow>>> ContainerNamedAt { get; init; }

    /// <summary>The tags that named an image as of a position.</summary>
    public required Func<string, long, CancellationToken, EitherAsync<DomainError, Seq<TagRow>>> TagsOfAt { get; init; }

    /// <summary>What stands on a layer, now, and what has been written in one.</summary>
    public required LayerUses LayerUses { get; init; }

    /// <summary>The root as it was: one row, see <see cref="RootView"/>.</summary>
    public required ViewReader<RootRow> Roots { get; init; }

    /// <summary>Containers that have been removed and are not there again; the last removed first, like the others.</summary>
    public required EndedReader<ContainerRow> RemovedContainers { get; init; }

    public required EndedReader<ImageRow> RemovedImages { get; init; }

    public required EndedReader<LayerRow> RemovedLayers { get; init; }

    /// <summary>
    /// What the containers with these ids were called, each as of its position; of one that had been removed by then, what it was called last.
    /// None for an id that was no container's by then. In the order in which they are asked for.
    /// </summary>
    public required Func<Seq<(string Id, long Position)>, CancellationToken, EitherAsync<DomainError, Seq<Option<ContainerThen>>>> ContainersThen
    {
        get;
        init;
    }
}

/// <summary>One view's rows: all, by key, or by the beginning of the key; as of a position, or now.</summary>
public sealed record ViewReader<TRow>(
    Func<Option<long>, CancellationToken, EitherAsync<DomainError, Seq<TRow>>> All,
    Func<Seq<string>, Option<long>, CancellationToken, EitherAsync<DomainError, Seq<TRow>>> Keyed,
    Func<string, Option<long>, CancellationToken, EitherAsync<DomainError, Seq<TRow>>> Prefixed);

/// <summary>
/// A time as a place in the ledger: the last position recorded at or before it.
/// </summary>
/// <param name="Late">Events that had happened by then and were recorded only afterwards: what the answer cannot show.</param>
/// <param name="Head">The ledger's last position.</param>
public sealed record MomentAt(long Position, long Late, long Head);

/// <summary>The events themselves, for <c>eventdock log</c>. Newest first.</summary>
public sealed record EventLog(
    Func<LogQuery, Func<Recorded<DockEvent>, Unit>, CancellationToken, EitherAsync<DomainError, Unit>> Read,
    Func<CancellationToken, EitherAsync<DomainError, long>> Head)
{
    /// <summary>All of them at once: for what has few.</summary>
    public EitherAsync<DomainError, Seq<Recorded<DockEvent>>> List(LogQuery query, CancellationToken cancel)
    {
        var events = new List<Recorded<DockEvent>>();
        return Read(
            query,
            recorded =>
            {
                events.Add(recorded);
                return unit;
            },
            cancel).Map(_ => events.ToArray().ToSeq());
    }

    /// <summary>The last event of one stream.</summary>
    public EitherAsync<DomainError, Option<Recorded<DockEvent>>> Newest(string stream, CancellationToken cancel) =>
        List(LogQuery.All with { Streams = Seq1(stream), Limit = 1 }, cancel).Map(found => found.HeadOrNone());
}

/// <param name="Streams">Exact names; where both these and the prefixes are empty, all streams.</param>
/// <param name="Prefixes">Beginnings of names.</param>
/// <param name="Types">Names as in <see cref="EventKind.Name"/>; empty for all.</param>
/// <param name="Since">By recorded time, inclusive; likewise Until.</param>
public sealed record LogQuery(
    Seq<string> Streams, Seq<string> Prefixes, Seq<string> Types, DateTimeOffset? Since, DateTimeOffset? Until,
    long? SincePosition, long? UntilPosition, int? Limit)
{
    /// <summary>Only what this command has done; null for all. No index has it: a bound in time belongs beside it.</summary>
    public Guid? Command { get; init; }

    /// <summary>Every event there is.</summary>
    public static readonly LogQuery All = new(Seq<string>(), Seq<string>(), Seq<string>(), null, null, null, null, null);

    /// <summary>Further sets of streams: the event must be in one of each.</summary>
    public Seq<StreamSet> Within { get; init; } = Seq<StreamSet>();

    /// <summary>Only what happened to containers and images that have, or ever had, one of these labels; empty for all.</summary>
    public Seq<LabelFilter> Labels { get; init; } = Seq<LabelFilter>();

    /// <summary>Only LayerWritten that list a path which one of these may take, by its beginning; empty for all.</summary>
    public Seq<PathPattern> Paths { get; init; } = Seq<PathPattern>();

    /// <summary>LayerWritten come with the paths that they list; without, they take no more room than other events.</summary>
    public bool WithPaths { get; init; } = true;
}

/// <summary>Streams by their names, and by the beginnings of their names.</summary>
public sealed record StreamSet(Seq<string> Exact, Seq<string> Prefixes)
{
    public StreamSet And(StreamSet other) => new(Exact + other.Exact, Prefixes + other.Prefixes);
}

/// <summary>The ledger as a thing to be looked after.</summary>
/// <param name="Views">The views: built anew, checked.</param>
/// <param name="Close">Closes the connections.</param>
/// <param name="Wake">Starts the private cluster where it has been stopped while the command waited.</param>
public sealed record LedgerCare(
    ViewCare Views,
    Func<Task> Close,
    Func<CancellationToken, EitherAsync<DomainError, Unit>> Wake);

/// <summary>A ledger that has been opened: reached, of this version, and ready for one command.</summary>
/// <param name="Retries">What <see cref="Retry"/> needs.</param>
/// <param name="Head">The last position when it was opened.</param>
/// <param name="Root">To whom it belonged then; None for a new one.</param>
public sealed record OpenLedger(
    EventStore Store, Views Views, EventLog Log, LedgerCare Care, Retries Retries, long Head, Option<RootRow> Root)
{
    public required LedgerTree Tree { get; init; }

    public required LedgerAuditor Auditor { get; init; }

    public required LedgerExporter Exporter { get; init; }

    public required LedgerImporter Importer { get; init; }

    public required Redactor Redactor { get; init; }

    public required LedgerSealer Sealer { get; init; }

    public required SegmentFiles Segments { get; init; }
}
