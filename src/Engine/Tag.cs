namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary><c>eventdock tag SOURCE TARGET</c></summary>
public static class Tag
{
    public static EitherAsync<DomainError, Unit> Run(Ports ports, string source, string target, CancellationToken cancel) =>
        from reference in Target(target).ToAsync()
        from image in Find.Image(ports, source, None, cancel)
        from _ in Name(ports, image.Id, Seq1(reference), cancel)
        select unit;

    /// <summary>A name one may give: a tag, never a digest, which nobody can choose.</summary>
    public static Either<DomainError, ImageReference> Target(string text) =>
        ImageReference.Parse(text).Bind(r => r.Digest is null
            ? Prelude.Right<DomainError, ImageReference>(r.Tagged)
            : new DomainError.InvalidReference(text, "refusing to create a tag with a digest reference"));

    /// <summary>Lets the references name the image, which must be there.</summary>
    public static EitherAsync<DomainError, Unit> Name(
        Ports ports, string imageId, Seq<ImageReference> references, CancellationToken cancel) =>
        ports.Again(
            () =>
                from decided in Decided(ports, imageId, references, cancel)
                from _ in decided.IsEmpty
                    ? Pipeline.Done
                    : ports.Store.Append(decided.Holding(new Guard.ImagePresent(imageId)), cancel).Ignore()
                select unit,
            cancel);

    /// <summary>The events with which the references come to name the image.</summary>
    public static EitherAsync<DomainError, Append> Decided(
        Ports ports, string imageId, Seq<ImageReference> references, CancellationToken cancel) =>
        references.Map(r => r.Canonical).Distinct().ToSeq()
            .InTurn(name => ports.Store.Decide(
                TagDecider.Decider, Streams.Tag(name), new TagImage(name, imageId), ports.World.Clock(), cancel))
            .Map(all => all.Fold(Append.None, (sum, one) => sum.And(one.Append)));
}
