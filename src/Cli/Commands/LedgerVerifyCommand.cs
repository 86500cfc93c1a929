namespace EventDock.Cli.Commands;

using EventDock.Cli.Errors;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock ledger verify</c>: a line for each finding, and at the end what can be said of the whole.</summary>
public static class LedgerVerifyCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from first in ProofInputs.Position("--from", args.Text("from")).ToAsync()
        from last in ProofInputs.Position("--to", args.Text("to")).ToAsync()
        from key in args.Text("key") is { } text ? VerifierKey.Parse(text).Map(Some).ToAsync() : Give(Option<VerifierKey>.None)
        from given in args.Text("checkpoint") is { } file
            ? ProofInputs.Checkpoint(file, cancel).Map(signed => Some((file, signed)))
            : Give(Option<(string, SignedCheckpoint)>.None)
        from ports in session.Verifying(cancel)
        let progress = new BuildLine(session.Out, session.Error, session.ErrorIsTerminal)
        from verified in VerifyLedger.Run(
            ports, new VerifyRequest(first.IfNone(1), last, given, key, args.On("views")), progress.Show, cancel)
        let ended = progress.End()
        let printed = session.Print(VerdictText.Of(verified))
        let more = verified.MoreRows ? session.Tell("note: further rows of views differ (eventdock rebuild folds them again)") : unit
        let told = verified.Unfolded.Iter(error => session.Tell($"eventdock: the views cannot be compared: {ErrorText.Of(error)}"))
        select VerdictText.ExitCode(verified);
}
