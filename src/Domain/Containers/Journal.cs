namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;

/// <summary>What a command has done, or is about to do, to a container while there was no ledger to record it in.</summary>
/// <param name="Id">Of the append that will record it: an entry is recorded once, however often it is tried.</param>
/// <param name="Origin">The command's own: who, from where, with which command line.</param>
/// <param name="Process">The process an exit is of; null where the entry is not about one.</param>
/// <param name="Event">ContainerSignalled, ContainerExited or ContainerRemoved.</param>
public sealed record JournalEntry(Guid Id, Origin Origin, DateTimeOffset At, ProcessIdentity? Process, ContainerEvent Event);

/// <summary>
/// The entries that wait for a ledger, in a file under the root. An entry stands in it, fsynced, before what it tells of is done,
/// as an event does: one that was cut off tells of nothing that happened.
/// </summary>
/// <param name="Path">As it is named to people.</param>
/// <param name="Waiting">There is a file. Asked by every command, so it is no more than a look.</param>
/// <param name="Add">Error: DiskFull or FileFailed; then nothing of it stands there.</param>
/// <param name="Take">
/// Hands over all entries, oldest first, and when they have been seen to without an error the file is gone. Nobody adds to it or
/// takes from it meanwhile. Error: JournalUnreadable, naming the line.
/// </param>
public sealed record Journal(
    string Path,
    Func<bool> Waiting,
    Func<JournalEntry, CancellationToken, EitherAsync<DomainError, Unit>> Add,
    Func<Func<Seq<JournalEntry>, EitherAsync<DomainError, Unit>>, CancellationToken, EitherAsync<DomainError, Unit>> Take);

/// <summary>A container as the disk alone knows it.</summary>
/// <param name="Name">Null for one that has never been started: its name stands in the ledger only.</param>
/// <param name="StopTimeout">Seconds between the stop signal and the kill; null where nothing was said.</param>
public sealed record ContainerOnDisk(ContainerId Id, string? Name, string? StopSignal, int? StopTimeout = null);
