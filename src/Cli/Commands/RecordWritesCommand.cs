namespace EventDock.Cli.Commands;

using EventDock.Domain.Kernel;

/// <summary>
/// What waits for <c>record-interval</c> to pass and then records what running containers have written. Not a verb of the command line: it
/// has no help, and nobody reads what it says.
/// </summary>
public static class RecordWritesCommand
{
    public const string Word = "record-writes";

    public static EitherAsync<DomainError, int> Run(Wiring wiring, Session session, CancellationToken cancel) =>
        wiring.RecordWrites(session.Ended, cancel).Map(_ => 0);
}
