namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;

/// <summary>What goes wrong with checkpoints, proofs and anchors.</summary>
public static partial class ErrorText
{
    private static string? OfProof(DomainError error) =>
        error switch
        {
            DomainError.BadProof e => $"{e.What}:{e.Line}: {e.Reason}",
            DomainError.ProofFails e => $"{e.What} does not hold: {e.Reason}",
            DomainError.BadSignature e => $"{e.What}: signature of {e.Key}: {e.Reason}",
            DomainError.LedgerRewritten e =>
                $"the ledger has been rewritten: a checkpoint of its first {e.Size} events has root {e.Signed}, "
                + $"and now they have {e.Found}",
            DomainError.LedgerCutOff e =>
                $"the ledger has been cut off: a checkpoint has {e.Size} events, and it ends at position {e.Head}",
            DomainError.StillNeeded e =>
                $"the data of position {e.Position} are needed: without them {Singular(e.View)} {Short(e.Key)} would not be shown as it is now "
                + "(remove that first; --headers goes without)",
            DomainError.RedactionStays e =>
                $"position {e.Position} tells of a redaction: its data stay, or nobody could tell that from an edit (--headers goes)",
            DomainError.SegmentUnreadable e => $"segment {e.File}: {e.Reason}",
            DomainError.NoSuchPosition e => $"no such position: {e.Position} (the ledger ends at {e.Head})",
            DomainError.SignerFailed e => $"cannot sign with {e.Signer}: {e.Reason}",
            DomainError.BadExport e => e.Line == 0 ? $"the export {e.Reason}" : $"line {e.Line} of the export {e.Reason}",
            DomainError.LedgerHoldsEvents e =>
                $"the ledger at {e.Where} holds events up to position {e.Position}: only an empty one can take an import",
            DomainError.DatabaseNotEmpty e => $"the database {e.Where} is not empty: it has the table {e.Table}",
            DomainError.NoMomentOfExport => "a moment of an export is a position or a time",
            DomainError.AnchorFailed e => $"not anchored at {e.Target}: {e.Reason}",
            _ => null,
        };

    /// <summary>What a row of a view is.</summary>
    private static string Singular(string view) => view == "root" ? "the root" : view.TrimEnd('s');
}
