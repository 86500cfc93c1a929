namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using static EventDock.Engine.Pipeline;

/// <param name="Search">As <see cref="PullSource"/> has it.</param>
public sealed record SignedBy(string Search, Seq<FoundSignature> Found)
{
    public static readonly SignedBy Unasked = new(PullSource.Off, Seq<FoundSignature>());
}

/// <summary>Who has signed an image that is pulled.</summary>
public static class Signed
{
    /// <summary>
    /// What is under way when the layers are fetched, and asked for when they are there. Where a signature is required, none of the image is
    /// fetched before one has been verified.
    /// </summary>
    public static EitherAsync<DomainError, EitherAsync<DomainError, SignedBy>> Begin(
        Ports ports, RemoteImage image, CancellationToken cancel) =>
        from rules in ports.Signatures.Rules().ToAsync()
        let own = rules.For(image.Reference)
        from keys in own.All(rule => ports.Signatures.Key(rule.Key).Map(key => new Known(rule, key))).ToAsync()
        let looking = rules.Look ? Look(ports, image, keys, cancel) : Give(SignedBy.Unasked)
        from required in own.Exists(r => r.Required) ? looking.Ignore() : Done
        select looking;

    private sealed record Known(SignatureRule Rule, Func<byte[], byte[], bool> Verifies);

    private static EitherAsync<DomainError, SignedBy> Look(Ports ports, RemoteImage image, Seq<Known> keys, CancellationToken cancel)
    {
        var required = keys.Exists(k => k.Rule.Required);
        return
            from beside in ports.Signatures.Find(image, !keys.IsEmpty, cancel)
                .Recover(error => required || error is DomainError.Interrupted
                    ? None
                    : Some(Give(new SignaturesBeside(Seq<SignatureBeside>(), Whole: false))))
            let found = beside.Found.Map(s => new FoundSignature(s.Digest, s.Kind, Verifier(s, image, keys))).Strict()
            // A key that is only to be recorded vouches for nothing: without this its holder would stand in for the required one.
            let needed = keys.Filter(k => k.Rule.Required).Strict()
            from enough in required && !beside.Found.Exists(s => Verifier(s, image, needed) is not null)
                ? Fail<Unit>(new DomainError.NotSigned(image.Reference.Familiar, needed.Map(k => k.Rule.Key).Strict(), found.Count))
                : Done
            select new SignedBy(beside.Whole ? PullSource.Complete : PullSource.Incomplete, found);
    }

    private static string? Verifier(SignatureBeside signature, RemoteImage image, Seq<Known> keys) =>
        keys.Find(k => signature.Payloads.Exists(p =>
                k.Verifies(p.Payload, p.Signature)
                && CosignJson.IsAbout(p.Payload, image.Digest, k.Rule.Identity ?? image.Reference.Repository)))
            .MatchUnsafe<string?>(Some: k => k.Rule.Key, None: () => null);
}
