namespace EventDock.Domain.Roots;

using EventDock.Domain.Kernel;

/// <summary>
/// A file that holds nothing but space: given up when the disk is full, so that what frees space can still be recorded.
/// </summary>
/// <param name="Keep">Makes it, of this size, where it is missing and the disk has room enough; 0: takes it away.</param>
/// <param name="GiveUp">False where there is none to give up.</param>
/// <param name="Needed">The disk is so full that a server may have failed for it, whatever it says.</param>
public sealed record Ballast(
    Func<long, Either<DomainError, Unit>> Keep,
    Func<Either<DomainError, bool>> GiveUp,
    Func<bool> Needed)
{
    public const long DefaultSize = 16 << 20;

    /// <summary>For a ledger whose disk is not the root's: there is nothing to give up.</summary>
    public static readonly Ballast Nothing = new(_ => unit, () => false, () => false);
}
