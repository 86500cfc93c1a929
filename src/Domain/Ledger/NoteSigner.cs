namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>Who signs checkpoints, as functions: a key under the root, or a program that has one elsewhere.</summary>
/// <param name="Key">The key under this name; made on first use.</param>
/// <param name="Sign">The 64 bytes of its signature of a message.</param>
/// <param name="Check">Whether a signature is good: needs no key of ours.</param>
public sealed record NoteSigner(
    Func<string, CancellationToken, EitherAsync<DomainError, VerifierKey>> Key,
    Func<byte[], CancellationToken, EitherAsync<DomainError, byte[]>> Sign,
    SignatureCheck Check)
{
    /// <summary>The checkpoint as a note signed by this key.</summary>
    public EitherAsync<DomainError, SignedCheckpoint> Signed(Checkpoint checkpoint, VerifierKey key, CancellationToken cancel) =>
        from signature in Sign(new Note(checkpoint.Text, Seq<NoteSignature>()).Message, cancel)
        select new SignedCheckpoint(checkpoint, new Note(checkpoint.Text, Seq1(new NoteSignature(key.Name, key.Id, signature))));
}
