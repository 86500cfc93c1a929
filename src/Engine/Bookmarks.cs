namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>A name that somebody has given a moment.</summary>
/// <param name="Set">When it was given.</param>
public sealed record Bookmark(string Name, long Position, DateTimeOffset Set);

/// <summary><c>eventdock bookmark</c></summary>
public static class Bookmarks
{
    public static EitherAsync<DomainError, Unit> Handle(Ports ports, BookmarkCommand command, CancellationToken cancel) =>
        ports.Again(
            () => ports.Store.Handle(
                BookmarkDecider.Decider, Streams.Bookmark(command.Name), command, ports.World.Clock(), cancel).Ignore(),
            cancel);

    /// <summary>All there are, in the order of their names.</summary>
    public static EitherAsync<DomainError, Seq<Bookmark>> All(Ports ports, CancellationToken cancel) =>
        from events in ports.Ledger.Log.List(LogQuery.All with { Prefixes = Seq1(Streams.Bookmarks) }, cancel)
        // Newest first: the first of a name is what it means.
        select events.DistinctBy(e => e.Stream).OrderBy(e => e.Stream, StringComparer.Ordinal).ToSeq()
            .Choose(e => e.Event is BookmarkSet set ? Some(new Bookmark(set.Name, set.Position.Value, e.At)) : None).Strict();
}
