namespace EventDock.Cli;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Adapters.Host;
using EventDock.Adapters.Registry;
using EventDock.Cli.Commands;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>
/// Who records what running containers write while they run, where <c>record-interval</c> is set: a process that waits for one interval,
/// records and ends, and with its end starts the next, as every command does that finds none. While it waits it has nothing open but a lock.
/// </summary>
internal sealed class Recording(Places places)
{
    /// <summary>A container that runs has a directory here.</summary>
    private string Bundles => Path.Combine(places.Run, "c");

    private bool Runs => Directory.Exists(Bundles) && Directory.EnumerateDirectories(Bundles).Any();

    /// <summary>Whoever needs the configuration says what is wrong with it.</summary>
    private TimeSpan Interval =>
        EngineConfigFile.Read(places.Config, places.ConfigNamed).Map(config => config.RecordInterval).IfLeft(TimeSpan.Zero);

    public Either<DomainError, Unit> Start(Paths paths) =>
        !Runs || Interval <= TimeSpan.Zero
            ? unit
            : RecordTurn.IsFree(paths).Bind(free => free
                ? Background.Start(Environment.ProcessPath!, Seq1(RecordWritesCommand.Word), places.Environment)
                : unit);

    /// <param name="open">Opens the ledger.</param>
    public EitherAsync<DomainError, Unit> Run(
        Paths paths, Func<CancellationToken, EitherAsync<DomainError, Ports>> open, CancellationToken cancel) =>
        from turn in RecordTurn.Take(paths, cancel)
        from done in turn.Match(
            None: () => Done,
            Some: taken => Give(taken).Holding(() =>
                from waited in Waited(cancel).ToAsync()
                from recorded in Runs
                    ? from least in Give(Background.GiveWay())
                      from ports in open(cancel)
                      from recorded in IntervalRecords.Run(ports, cancel)
                      select recorded
                    : Done
                select recorded))
        select done;

    private async Task<Either<DomainError, Unit>> Waited(CancellationToken cancel)
    {
        await Task.Delay(Interval, cancel).ConfigureAwait(false);
        return unit;
    }
}
