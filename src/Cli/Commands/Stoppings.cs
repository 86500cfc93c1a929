namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary>What <c>stop</c> and <c>restart</c> are told by -t and -s.</summary>
public static class Stoppings
{
    public static Either<DomainError, Stopping> Of(ParsedArgs args) =>
        args.Text("signal") is { } signal
            ? SignalName.Parse(signal).Map(name => new Stopping(Patience(args), name))
            : new Stopping(Patience(args), null);

    private static TimeSpan? Patience(ParsedArgs args) => args.Number("time") is { } seconds ? Stopping.Seconds(seconds) : null;
}
