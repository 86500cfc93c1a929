namespace EventDock.Domain.Kernel;

/// <summary>The ledger, as two functions. <c>Append</c> is one transaction: all of it, or nothing.</summary>
/// <param name="Past">What has happened in a stream, and where it stands.</param>
public sealed record EventStore(
    Func<string, CancellationToken, EitherAsync<DomainError, StreamPast>> Past,
    Func<Append, CancellationToken, EitherAsync<DomainError, Appended>> Append)
{
    /// <summary>Of several streams, in the order in which they are asked for; at one moment, where the store can do that.</summary>
    public Func<Seq<string>, CancellationToken, EitherAsync<DomainError, Seq<StreamPast>>>? Together { get; init; }

    /// <summary>The pasts of two streams, in one round trip where the store can do that.</summary>
    public EitherAsync<DomainError, (StreamPast First, StreamPast Second)> Pasts(string first, string second, CancellationToken cancel) =>
        Together is { } together
            ? together(Seq(first, second), cancel).Map(found => (found[0], found[1]))
            : from one in Past(first, cancel)
              from other in Past(second, cancel)
              select (one, other);

    public EitherAsync<DomainError, Seq<Recorded<DockEvent>>> Read(string stream, CancellationToken cancel) =>
        Past(stream, cancel).Map(past => past.Events);
}

/// <summary>A stream's events, oldest first, as decisions need them: a LayerWritten may lack the paths that it lists.</summary>
/// <param name="Version">
/// What an append to it must expect. More than the number of events where another program has put events of its own into the
/// stream: those are not EventDock's, and are left out; and where the data of some have been redacted.
/// </param>
public sealed record StreamPast(Seq<Recorded<DockEvent>> Events, long Version);

/// <summary>Events for one stream, which must stand at version <paramref name="Expected"/> (0: must not exist).</summary>
public sealed record StreamAppend(string Stream, long Expected, Seq<Fact> Facts);

/// <summary>What one command adds to the ledger, and what must still hold at the moment it is added.</summary>
public sealed record Append(Seq<StreamAppend> Streams, Seq<Guard> Guards)
{
    public static readonly Append None = new(Seq<StreamAppend>(), Seq<Guard>());

    /// <summary>
    /// The same id appended again is the same append: it changes nothing, and gives the positions of the first. Null where the
    /// caller will not try again by itself; the store then makes one for its own tries.
    /// </summary>
    public Guid? Id { get; init; }

    /// <summary>Whose the events are; null: the command's that appends them. Another's are those that it has noted in the journal.</summary>
    public Origin? By { get; init; }

    public bool IsEmpty => Streams.ForAll(s => s.Facts.IsEmpty);

    public Append And(Append other) => this with { Streams = Streams + other.Streams, Guards = Guards + other.Guards };

    public Append Holding(params Guard[] guards) => this with { Guards = Guards + guards.ToSeq() };
}

/// <summary>The positions the events were given. Nothing appended: both are the head's.</summary>
public sealed record Appended(long First, long Last);

/// <summary>
/// A rule that spans streams, checked in the appending transaction under row locks: what keeps <c>run</c> and <c>rmi</c>
/// of one image from both succeeding. A guard that does not hold refuses the whole append with the error it names.
/// </summary>
public abstract record Guard
{
    private Guard() { }

    /// <summary>The image must be there, and stays until this transaction ends (row lock FOR SHARE). Error: NoSuchImage.</summary>
    public sealed record ImagePresent(string ImageId) : Guard;

    /// <summary>Every one of these layers must be there (FOR SHARE). Error: LayerGone, upon which the caller unpacks again.</summary>
    public sealed record LayersPresent(Seq<string> LayerIds) : Guard;

    /// <summary>No container may use the image (row FOR UPDATE). Error: ImageInUse, with the container.</summary>
    public sealed record ImageUnused(string ImageId) : Guard;

    /// <summary>No tag may name the image but those listed (row FOR UPDATE). Error: Conflict on the image's stream.</summary>
    public sealed record ImageUntagged(string ImageId, Seq<string> Except) : Guard;

    /// <summary>
    /// No image but the one listed, and no container, may use these layers (rows FOR UPDATE). Error: Conflict on the layer's stream.
    /// </summary>
    public sealed record LayersUnused(Seq<string> LayerIds, string ExceptImageId) : Guard;
}
