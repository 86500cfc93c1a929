namespace EventDock.Projections;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>What takes parts of events out of the ledger, as its owner: the role that commands work in can change no event.</summary>
/// <param name="Append">
/// Appends Redacted events, takes out what they name, and lists segments that were written anew, in one transaction. Error: Conflict, where another did so meanwhile.
/// </param>
/// <param name="Clean">
/// Takes dead rows and statistics away that hold what was taken out. False: the tables were too large, or in use, to be written
/// anew, and the free space in their files may still hold some of it.
/// </param>
/// <param name="Alike">Events of these commands whose headers are still there.</param>
public sealed record Redactor(
    Func<Append, Seq<Erasure>, Seq<Segment>, CancellationToken, EitherAsync<DomainError, Appended>> Append,
    Func<CancellationToken, EitherAsync<DomainError, bool>> Clean,
    Func<Seq<Guid>, CancellationToken, EitherAsync<DomainError, Seq<long>>> Alike);

/// <summary>An event that loses parts, and the headers that stand there instead where it loses those.</summary>
public sealed record Erasure(long Position, EventHeaders Instead);
