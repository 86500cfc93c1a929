namespace EventDock.Projections;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>What takes parts of events out of the ledger, as its owner: the role that commands work in can change no event.</summary>
/// <param name="Append">
/// Appends Redacted events and takes out what they name, in one transaction. Error: Conflict, where another did so meanwhile.
/// </param>
/// <param name="Clean">Gives the room of what was taken out back, so that no dead row holds it.</param>
/// <param name="Alike">Events of these commands whose headers are still there.</param>
public sealed record Redactor(
    Func<Append, Seq<Erasure>, CancellationToken, EitherAsync<DomainError, Appended>> Append,
    Func<CancellationToken, EitherAsync<DomainError, Unit>> Clean,
    Func<Seq<Guid>, CancellationToken, EitherAsync<DomainError, Seq<long>>> Alike);

/// <summary>An event that loses parts, and the headers that stand there instead where it loses those.</summary>
public sealed record Erasure(long Position, EventHeaders Instead);
