namespace EventDock.Domain.Roots;

using EventDock.Domain.Kernel;

/// <summary>What the disk knows of the ledger it belongs to.</summary>
/// <param name="RootId">Null for a root that no command has used yet.</param>
/// <param name="HostId">Of the host on which the root was made or adopted.</param>
/// <param name="Position">The highest position that a command of this root has appended.</param>
public sealed record DiskRoot(string? RootId, string? HostId, long Position);

/// <summary>What the ledger says of the root it belongs to, and how long it is.</summary>
public sealed record LedgerRoot(string? RootId, long Head);

/// <summary>
/// One ledger belongs to one root. Two roots that write into one ledger would each find the other's processes missing and
/// record exits that never were; a ledger shorter than what the disk has seen has lost events.
/// </summary>
public static class RootCheck
{
    /// <summary>True: go on. False: the ledger is empty and is to be begun. Left: only <c>adopt</c> goes on.</summary>
    public static Either<DomainError, bool> Check(DiskRoot disk, LedgerRoot ledger, string hostId) =>
        (disk, ledger) switch
        {
            ({ HostId: { } host }, _) when host != hostId => Mismatch(disk, $"the root was made on host {host}, this is {hostId}"),
            ({ Position: > 0 }, { RootId: null }) => Mismatch(
                disk, $"the ledger is empty, and this root has seen position {disk.Position}"),
            (_, { RootId: null }) => false,
            ({ RootId: null }, { RootId: { } id }) => Mismatch(disk, $"the ledger belongs to root {id}, and this root is new"),
            ({ RootId: { } own }, { RootId: { } id }) when own != id => Mismatch(disk, $"the ledger belongs to root {id}, this is {own}"),
            _ when disk.Position > ledger.Head => Mismatch(
                disk, $"the ledger ends at position {ledger.Head}, and this root has seen {disk.Position}"),
            _ => true,
        };

    private static Either<DomainError, bool> Mismatch(DiskRoot disk, string reason) =>
        new DomainError.RootMismatch(disk.RootId ?? "", reason);
}
