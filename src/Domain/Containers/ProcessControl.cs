namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;

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
    Func<ContainerId, string, CancellationToken, EitherAsync<DomainError, Unit>> Named);
