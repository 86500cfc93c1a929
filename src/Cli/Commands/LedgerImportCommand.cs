namespace EventDock.Cli.Commands;

using EventDock.Cli.Errors;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock ledger import [--key KEY] [FILE|-]</c></summary>
public static class LedgerImportCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel)
    {
        var file = args.Arguments.HeadOrNone().IfNone("-");
        // Its clock begins where the views do.
        var progress = new Lazy<BuildLine>(() => new BuildLine(session.Out, session.Error, session.ErrorIsTerminal));
        return
            from key in args.Text("key") is { } text ? VerifierKey.Parse(text).Map(Some).ToAsync() : Give(Option<VerifierKey>.None)
            from there in Inputs.Readable(file).ToAsync()
            from ports in session.Importing(cancel)
            from export in Inputs.Open(file)
            from imported in ImportLedger.Run(ports, export, key, built => progress.Value.Show(built), cancel)
            let ended = progress.Value.End()
            from parted in session.Home.Parted(cancel)
            let printed = session.Line($"imported up to position {imported.Position}")
            let checkedBy = key.IsSome ? unit : session.Tell("note: signature not checked: no --key")
            let told = parted.IfSome(error => session.Tell($"note: {ErrorText.Of(error)}"))
            select 0;
    }
}
