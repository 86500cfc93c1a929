namespace EventDock.Domain.Roots;

using EventDock.Domain.Kernel;

/// <summary>To which root directory, on which host, this ledger belongs. Stream: <c>root</c>.</summary>
public abstract record RootEvent(string RootId) : DockEvent;

/// <summary>The ledger's first event.</summary>
public sealed record RootInitialized(string RootId, string HostId, string BootId, string Engine) : RootEvent(RootId);

/// <summary><c>eventdock adopt</c>: somebody has said that this root and this ledger go together from here on.</summary>
/// <param name="Previous">The root id that the ledger had before.</param>
/// <param name="DiskPosition">The highest position that the disk had seen; above the ledger's own, events are missing.</param>
public sealed record RootAdopted(
    string RootId, string HostId, string BootId, string Previous, ByteCount DiskPosition) : RootEvent(RootId);
