namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>A proof, checkpoint or note is not of its form; Line counts from 1.</summary>
    public sealed record BadProof(string What, int Line, string Reason) : DomainError;

    /// <summary>A proof is of its form, and does not prove what it says.</summary>
    public sealed record ProofFails(string What, string Reason) : DomainError;

    /// <summary>A signature is missing, of another key, or not of this text.</summary>
    public sealed record BadSignature(string What, string Key, string Reason) : DomainError;

    /// <summary>The ledger's first events are not those of a checkpoint: they have been rewritten. Roots in hex.</summary>
    public sealed record LedgerRewritten(long Size, string Signed, string Found) : DomainError;

    /// <summary>The ledger is shorter than a checkpoint: its end has been cut off.</summary>
    public sealed record LedgerCutOff(long Size, long Head) : DomainError;

    public sealed record NoSuchPosition(long Position, long Head) : DomainError;

    /// <summary>The key that signs checkpoints cannot be used, or the configured signer failed.</summary>
    public sealed record SignerFailed(string Signer, string Reason) : DomainError;

    /// <summary>A checkpoint could not be handed to one of the places that are to keep it.</summary>
    public sealed record AnchorFailed(string Target, string Reason) : DomainError;
}
