namespace EventDock.Cli.Commands;

using EventDock.Adapters.Signing;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;

/// <summary>
/// <c>eventdock ledger check-proof FILE|-</c>: needs no ledger, no root directory and no privilege. Without --key it says by whose
/// key the file claims to be signed: that shows damage, and not forgery.
/// </summary>
public static class LedgerCheckProofCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from trusted in args.Text("key") is { } text
            ? VerifierKey.Parse(text).Map(Some).ToAsync()
            : Pipeline.Give(Option<VerifierKey>.None)
        from held in args.Text("old") is { } path
            ? ProofInputs.Checkpoint(path, cancel).Map(signed => Some(signed.Checkpoint))
            : Pipeline.Give(Option<Checkpoint>.None)
        from bytes in ProofInputs.Bytes(args.Arguments[0], cancel)
        from file in ProofFile.Parse(args.Arguments[0] == "-" ? "stdin" : args.Arguments[0], bytes).ToAsync()
        from key in (trusted | file.OwnKey).OrFail(() => new DomainError.BadSignature(
            file.What, Claimed(file), "a checkpoint alone shows nothing without the key to check it with (--key)"))
        from holds in file.Check(trusted, held, SigningAdapter.Check).ToAsync()
        let printed = session.Line(TerminalText.Escape(Statement(file)))
        let line = file is ProofFile.Inclusion i ? session.Line(TerminalText.Escape(i.Proof.Line)) : unit
        let told = trusted.IsSome
            ? unit
            : session.Tell(TerminalText.Escape(
                $"signed by {key.Text}, as the file itself says: this key was not compared with one you trust (--key)"))
        select 0;

    private static string Statement(ProofFile file)
    {
        var checkpoint = file.Signed.Checkpoint;
        var of = $"{checkpoint.Origin} at size {checkpoint.Size}, root {checkpoint.Root}";
        return file switch
        {
            ProofFile.Inclusion i => $"holds: the event at position {i.Proof.Index + 1} is in {of}",
            ProofFile.Consistency c => $"holds: size {c.Proof.OldSize}, root {c.Proof.OldRoot} is the beginning of {of}",
            _ => $"holds: the signature of {of}",
        };
    }

    private static string Claimed(ProofFile file) =>
        file.Signed.Note.Signatures.HeadOrNone().Map(s => $"{s.Name}+{s.Id}").IfNone("");
}
