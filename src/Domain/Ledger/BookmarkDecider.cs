namespace EventDock.Domain.Ledger;

using System.Diagnostics;
using EventDock.Domain.Kernel;

/// <summary>What may be asked of a bookmark.</summary>
public abstract record BookmarkCommand(string Name);

public sealed record SetBookmark(string Name, long Position) : BookmarkCommand(Name);

public sealed record RemoveBookmark(string Name) : BookmarkCommand(Name);

/// <summary>A name for a position; None where it means nothing.</summary>
public static class BookmarkDecider
{
    public static readonly Decider<BookmarkCommand, Option<long>, BookmarkEvent> Decider = new(None, Decide, Evolve);

    public static Either<DomainError, Seq<BookmarkEvent>> Decide(BookmarkCommand command, Option<long> position) =>
        command switch
        {
            SetBookmark c when !MomentText.IsBookmark(c.Name) => new DomainError.Invalid(
                "bookmark", c.Name, "it must begin with a letter, and have letters, digits, '.', '_' and '-'"),
            SetBookmark c when position.Map(there => there == c.Position).IfNone(false) => Seq<BookmarkEvent>(),
            SetBookmark c => Seq1<BookmarkEvent>(new BookmarkSet(c.Name, c.Position)),
            RemoveBookmark c when position.IsNone => new DomainError.NoSuchBookmark(c.Name),
            RemoveBookmark c => Seq1<BookmarkEvent>(new BookmarkRemoved(c.Name)),
            _ => throw new UnreachableException($"no decision on {command.GetType().Name}"),
        };

    public static Option<long> Evolve(Option<long> position, BookmarkEvent happened) =>
        happened switch
        {
            BookmarkSet e => e.Position.Value,
            BookmarkRemoved => None,
            _ => throw new UnreachableException($"no fold for {happened.GetType().Name}"),
        };
}
