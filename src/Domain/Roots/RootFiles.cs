namespace EventDock.Domain.Roots;

using EventDock.Domain.Kernel;

/// <summary>The root's identity on disk, as functions.</summary>
/// <param name="Read">What stands there; an untouched root is a DiskRoot of nulls.</param>
/// <param name="Write">Names the root's id and host, fsynced; the position is kept.</param>
/// <param name="Seen">Notes a position that has been appended; never lowers it.</param>
public sealed record RootFiles(
    Func<CancellationToken, EitherAsync<DomainError, DiskRoot>> Read,
    Func<string, string, CancellationToken, EitherAsync<DomainError, Unit>> Write,
    Func<long, CancellationToken, EitherAsync<DomainError, Unit>> Seen,
    Func<long, CancellationToken, EitherAsync<DomainError, Unit>> Reset);
