namespace EventDock.Domain.Kernel;

/// <summary>
/// Something that has happened, as the ledger keeps it. Every case is sealed, carries no clock reading
/// (<see cref="Fact"/> and <see cref="Recorded{T}"/> have the times) and never bytes, only their digest.
/// The names of the cases and of their members are the storage format: add, never rename.
/// </summary>
public abstract record DockEvent;
