namespace EventDock.Cli.Commands;

using EventDock.Domain.Kernel;

/// <summary>
/// The reaper: what a command starts that has put more into the trash than it would wait for. Not a verb of the command line: it has no help,
/// no ledger, and nobody who reads what it says.
/// </summary>
public static class EmptyTrashCommand
{
    public const string Word = "empty-trash";

    public static EitherAsync<DomainError, int> Run(Wiring wiring) => wiring.EmptyTrash().Map(_ => 0);
}
