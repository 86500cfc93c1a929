namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>What a root keeps of its checkpoints on disk, as functions.</summary>
/// <param name="Newest">The newest that it has signed; None for none.</param>
/// <param name="Keep">Keeps one, unless it has a newer one of the same log; fsynced.</param>
/// <param name="Memory">Of this log (its origin).</param>
public sealed record CheckpointFiles(
    Func<CancellationToken, EitherAsync<DomainError, Option<SignedCheckpoint>>> Newest,
    Func<SignedCheckpoint, CancellationToken, EitherAsync<DomainError, Unit>> Keep,
    Func<string, CancellationToken, EitherAsync<DomainError, AnchorMemory>> Memory,
    Func<AnchorMemory, CancellationToken, EitherAsync<DomainError, Unit>> Remember);
