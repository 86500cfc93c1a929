namespace EventDock.Cli.Commands;

using EventDock.Cli.Errors;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock check [--deep]</c></summary>
public static class CheckCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel)
    {
        var progress = new BuildLine(session.Out, session.Error, session.ErrorIsTerminal);
        return
            from ports in session.Checking(cancel)
            from done in Check.Run(ports, args.On("deep"), progress.ShowToPerson, cancel)
            let ended = progress.End()
            let printed = session.Print(CheckText.Of(done))
            let told = done.Unfolded.Iter(error => session.Tell($"eventdock: the views cannot be compared: {ErrorText.Of(error)}"))
            select CheckText.ExitCode(done);
    }
}
