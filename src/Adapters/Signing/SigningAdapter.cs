namespace EventDock.Adapters.Signing;

using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>Checkpoints signed: by the key under the root, or by a program of the operator's.</summary>
public static class SigningAdapter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static NoteSigner Create(string root, Option<ExternalSigner> external) =>
        external.Match(Some: Program, None: () => Own(root));

    /// <summary>For who has no key, and only checks.</summary>
    public static readonly SignatureCheck Check = Ed25519.Verify;

    private static NoteSigner Own(string root) => new(
        (name, cancel) => KeyFile.SeedAsync(root, cancel).ToAsync().Bind(seed => VerifierKey.Of(name, Ed25519.PublicKey(seed)).ToAsync()),
        (message, cancel) => KeyFile.SeedAsync(root, cancel).ToAsync().Map(seed => Ed25519.Sign(seed, message)),
        Check);

    private static NoteSigner Program(ExternalSigner signer)
    {
        var key = Convert.FromBase64String(signer.PublicKey);
        return new NoteSigner(
            (name, _) => VerifierKey.Of(name, key).ToAsync(),
            (message, cancel) => AskAsync(signer, key, message, cancel).ToAsync(),
            Check);
    }

    /// <summary>What it gives is checked at once: a checkpoint that nobody could verify must not be stored.</summary>
    private static async Task<Either<DomainError, byte[]>> AskAsync(
        ExternalSigner signer, byte[] key, byte[] message, CancellationToken cancel)
    {
        var name = signer.Arguments.Head;
        var answer = await Piped.RunAsync(signer.Arguments, message, Patience, cancel);
        return answer.Error is { } error ? new DomainError.SignerFailed(name, error)
            : Signature(answer.Output).Match(
                Some: signature => Ed25519.Verify(key, message, signature)
                    ? Right<DomainError, byte[]>(signature)
                    : new DomainError.SignerFailed(name, "its signature is not one by the configured public key"),
                None: () => new DomainError.SignerFailed(name, "did not print a signature: 64 bytes, or their base64"));
    }

    private static Option<byte[]> Signature(byte[] output) =>
        output.Length == Ed25519.SignatureLength
            ? Some(output)
            : StrictBase64.Parse(System.Text.Encoding.Latin1.GetString(output).TrimEnd('\r', '\n'))
                .Filter(b => b.Length == Ed25519.SignatureLength);
}
