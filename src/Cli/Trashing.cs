namespace EventDock.Cli;

using EventDock.Adapters.Content;
using EventDock.Adapters.Host;
using EventDock.Adapters.Registry;
using EventDock.Cli.Commands;
using EventDock.Domain.Kernel;
using static EventDock.Engine.Pipeline;

/// <summary>How long the trash is kept, and who empties it.</summary>
internal sealed class Trashing(Places places)
{
    private readonly Lazy<TimeSpan> retained = new(() => EngineConfigFile.Read(places.Config, places.ConfigNamed).Match(
        Right: config => config.RetainRemoved,
        // Whoever needs the configuration says what is wrong with it. Until it can be read nothing is deleted.
        Left: _ => TimeSpan.MaxValue));

    public bool Retains => retained.Value > TimeSpan.Zero;

    /// <summary>Starts the reaper where something waits for it.</summary>
    public Either<DomainError, Unit> Start(Paths paths, DateTimeOffset now) =>
        Reaper.HasWork(paths, () => retained.Value, now).Bind(work => work
            ? Background.Start(Environment.ProcessPath!, Seq1(EmptyTrashCommand.Word), places.RootAlone)
            : unit);

    public EitherAsync<DomainError, Unit> Run(Paths paths, Func<DateTimeOffset> clock) =>
        from least in Give(Background.GiveWay())
        from done in Reaper.Run(paths, retained.Value, clock)
        select done;
}
