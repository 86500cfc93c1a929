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
            DomainError.NoSuchPosition e => $"no such position: {e.Position} (the ledger ends at {e.Head})",
            DomainError.SignerFailed e => $"cannot sign with {e.Signer}: {e.Reason}",
            DomainError.AnchorFailed e => $"not anchored at {e.Target}: {e.Reason}",
            _ => null,
        };
}
