namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;

/// <summary>How a container's process stands, by one look.</summary>
public enum ProcessStanding
{
    /// <summary>It has ended, or the host has been booted since.</summary>
    Gone,

    /// <summary>It lives, and its monitor does not: nobody reads its output, and nobody will see how it ends.</summary>
    Unwatched,

    /// <summary>It lives and is frozen, or about to be.</summary>
    Frozen,

    Going,
}

/// <summary>What can be done with a running container's processes beyond signals, and what can be seen of them from the host.</summary>
/// <param name="Freeze">
/// Freezes all of a container's processes, or lets them go on, and returns when that is so. Can be repeated; to let go what is gone is
/// no error. Error: WrongState, where there is nothing to freeze; RuntimeFailed, where a process does not freeze: then none is.
/// </param>
/// <param name="Frozen">They are frozen, or about to be.</param>
/// <param name="Processes">Their pids on the host.</param>
/// <param name="Table">What the host's ps prints, given these arguments. Error: RuntimeFailed, with ps's own first line.</param>
/// <param name="Named">Notes the name for commands that have no ledger to ask.</param>
public sealed record ProcessControl(
    Func<ContainerId, bool, CancellationToken, EitherAsync<DomainError, Unit>> Freeze,
    Func<ContainerId, bool> Frozen,
    Func<ContainerId, CancellationToken, EitherAsync<DomainError, Seq<int>>> Processes,
    Func<Seq<string>, CancellationToken, EitherAsync<DomainError, string>> Table,
    Func<ContainerId, string, CancellationToken, EitherAsync<DomainError, Unit>> Named)
{
    /// <summary>Asked of every running container by every command: a few system calls.</summary>
    public required Func<ContainerId, ProcessIdentity, ProcessStanding> Look { get; init; }
}
