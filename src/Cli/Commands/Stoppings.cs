namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary>What <c>stop</c> and <c>restart</c> are told by -t and -s.</summary>
public static class Stoppings
{
    /// <summary>docker's grace before the kill.</summary>
    private const long DefaultSeconds = 10;

    public static Either<DomainError, Stopping> Of(ParsedArgs args) =>
        args.Text("signal") is { } signal
            ? SignalName.Parse(signal).Map(name => new Stopping(Patience(args), name))
            : new Stopping(Patience(args), null);

    private static TimeSpan Patience(ParsedArgs args) => Grace(args.Number("time") ?? DefaultSeconds);

    /// <summary>Below zero: for ever.</summary>
    private static TimeSpan Grace(long seconds) =>
        seconds < 0 || seconds > int.MaxValue / 1000 ? TimeSpan.FromMilliseconds(int.MaxValue) : TimeSpan.FromSeconds(seconds);
}
