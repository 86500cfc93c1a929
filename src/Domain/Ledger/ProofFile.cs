namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>What an auditor is handed: a proof of either kind, or a checkpoint alone.</summary>
public abstract record ProofFile(string What, SignedCheckpoint Signed)
{
    public sealed record Inclusion(string What, InclusionProof Proof) : ProofFile(What, Proof.Signed);

    public sealed record Consistency(string What, ConsistencyProof Proof) : ProofFile(What, Proof.Signed);

    public sealed record Alone(string What, SignedCheckpoint Signed) : ProofFile(What, Signed);

    public static Either<DomainError, ProofFile> Parse(string what, byte[] bytes) =>
        TextLines.Read(what, bytes).Bind(lines => lines.At(0) switch
        {
            InclusionProof.Header => InclusionProof.Parse(lines).Map(proof => (ProofFile)new Inclusion(what, proof)),
            ConsistencyProof.Header => ConsistencyProof.Parse(lines).Map(proof => (ProofFile)new Consistency(what, proof)),
            var other when other.Contains("@v", StringComparison.Ordinal) => lines.Bad(0, "is no kind of proof that is known here"),
            _ => SignedCheckpoint.Parse(lines, 0).Map(signed => (ProofFile)new Alone(what, signed)),
        });

    /// <summary>The key that the file itself names: it shows that nothing was damaged, not who made it.</summary>
    public Option<VerifierKey> OwnKey => this switch
    {
        Inclusion i => Some(i.Proof.Key),
        Consistency c => Some(c.Proof.Key),
        _ => None,
    };

    /// <summary>
    /// Everything that can be checked: the path, the signature by the trusted key (or else by the one that the file names), and
    /// that a consistency proof begins at the checkpoint that the auditor holds.
    /// </summary>
    public Either<DomainError, Unit> Check(Option<VerifierKey> trusted, Option<Checkpoint> held, SignatureCheck check) =>
        Holds().Bind(_ => Begins(held)).Bind(_ => Signature(trusted, check));

    private Either<DomainError, Unit> Holds() => this switch
    {
        Inclusion i => i.Proof.Holds(What),
        Consistency c => c.Proof.Holds(What),
        _ => unit,
    };

    private Either<DomainError, Unit> Begins(Option<Checkpoint> held) => held.Match(
        None: () => Right<DomainError, Unit>(unit),
        Some: old => this is Consistency c
            ? c.Proof.OldSize == old.Size && c.Proof.OldRoot == old.Root
                ? unit
                : new DomainError.ProofFails(
                    What, $"it begins at size {c.Proof.OldSize}, root {c.Proof.OldRoot}, and the checkpoint given is of size {old.Size}, root {old.Root}")
            : new DomainError.ProofFails(What, "only a consistency proof begins at an earlier checkpoint"));

    private Either<DomainError, Unit> Signature(Option<VerifierKey> trusted, SignatureCheck check) =>
        (trusted | OwnKey).Match(
            Some: key => Signed.SignedBy(key, check, What),
            None: () => Right<DomainError, Unit>(unit));
}
