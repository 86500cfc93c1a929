namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What <c>rmi</c> did, in docker's order.</summary>
public abstract record RemovedImage
{
    private RemovedImage() { }

    public sealed record Untagged(string Reference) : RemovedImage;

    public sealed record Deleted(Digest Digest) : RemovedImage;
}

/// <summary>
/// <c>eventdock rmi</c>: takes a name away; with the last one the image goes, and with it the layers nothing else uses.
/// </summary>
public static partial class Remove
{
    public static EitherAsync<DomainError, Seq<RemovedImage>> Image(Ports ports, string text, bool force, CancellationToken cancel) =>
        ports.Locks.Store.Take(true, cancel).Holding(() => ports.Again(
            () =>
                from image in Find.Image(ports, text, None, cancel)
                from tags in ports.Views.TagsOf(image.Id, cancel)
                from named in Find.Tag(ports, text, None, cancel)
                from removed in named.Match(
                    Some: tag => Others(tags, tag).IsEmpty
                        ? Delete(ports, image, tags, text, force, cancel)
                        : Untag(ports, Companions(tags, tag), cancel),
                    None: () => Many(tags) && !force
                        ? Fail<Seq<RemovedImage>>(new DomainError.ImageHasManyTags(
                            image.Id, tags.Map(t => t.Reference).Filter(r => !r.Contains('@')).Strict()))
                        : Delete(ports, image, tags, text, force, cancel))
                select removed,
            cancel));

    /// <summary>
    /// Tags that would still name the image. References by digest do not keep an image whose tags of that repository are gone.
    /// </summary>
    private static Seq<TagRow> Others(Seq<TagRow> tags, TagRow tag)
    {
        var leaving = Companions(tags, tag).Map(t => t.Reference).Strict();
        return tags.Filter(t => !leaving.Exists(l => l == t.Reference)).Strict();
    }

    /// <summary>The tag itself, and with the last tag of a repository that repository's references by digest.</summary>
    private static Seq<TagRow> Companions(Seq<TagRow> tags, TagRow tag)
    {
        var same = tags.Filter(t => Repository(t) == Repository(tag) && t.Reference != tag.Reference).Strict();
        return tag.Cons(same.ForAll(IsDigest) && !IsDigest(tag) ? same : Seq<TagRow>());
    }

    private static bool Many(Seq<TagRow> tags) =>
        tags.Filter(t => !IsDigest(t)).Map(Repository).Distinct().Count() > 1
        || tags.Count(t => !IsDigest(t)) > 1;

    private static bool IsDigest(TagRow tag) => tag.Reference.Contains('@');

    private static string Repository(TagRow tag) =>
        ImageReference.Parse(tag.Reference).Match(Right: r => r.Repository, Left: _ => tag.Reference);

    private static EitherAsync<DomainError, Seq<RemovedImage>> Untag(Ports ports, Seq<TagRow> tags, CancellationToken cancel) =>
        from untagged in Untagging(ports, tags, cancel)
        from _ in ports.Store.Append(untagged, cancel)
        select Lines(tags);

    private static EitherAsync<DomainError, Append> Untagging(Ports ports, Seq<TagRow> tags, CancellationToken cancel) =>
        tags.InTurn(t => ports.Store.Decide(
                TagDecider.Decider, Streams.Tag(t.Reference), new UntagImage(t.Reference, t.Image), ports.World.Clock(), cancel))
            .Map(all => all.Fold(Append.None, (sum, one) => sum.And(one.Append)));

    private static EitherAsync<DomainError, Seq<RemovedImage>> Delete(
        Ports ports, ImageRow image, Seq<TagRow> tags, string asked, bool force, CancellationToken cancel) =>
        from users in ports.Views.ContainersOf(image.Id, cancel)
        from _ in users.HeadOrNone().Match(
            Some: user => force && users.ForAll(u => u.State != ContainerRow.Running) && !tags.IsEmpty
                ? Done
                : Fail<Unit>(new DomainError.ImageInUse(
                    asked, user.Id.Value, user.Name, users.Exists(u => u.State == ContainerRow.Running))),
            None: () => Done)
        from removed in users.IsEmpty
            ? DeleteUnused(ports, image, tags, cancel)
            // docker's -f takes the names of an image that a stopped container still stands on, and leaves the image.
            : Untag(ports, tags, cancel)
        select removed;

    private static EitherAsync<DomainError, Seq<RemovedImage>> DeleteUnused(
        Ports ports, ImageRow image, Seq<TagRow> tags, CancellationToken cancel) =>
        from untagged in Untagging(ports, tags, cancel)
        from removal in Unused(ports, image, tags.Map(t => t.Reference).Strict(), cancel)
        from appended in ports.Store.Append(untagged.And(removal.Append), cancel)
        from gone in Gone(ports, removal)
        select Lines(tags)
               + Seq1<RemovedImage>(new RemovedImage.Deleted(Hex(image.Id)))
               + removal.Layers.Map(id => (RemovedImage)new RemovedImage.Deleted(Hex(id)));

    /// <summary>The end of an image that nothing uses, as events, and what of it is on disk.</summary>
    internal sealed record Removal(Append Append, Seq<string> Layers, Seq<string> Blobs);

    /// <summary>Decides it, and claims what is to go from the disk.</summary>
    /// <param name="untagged">References that lose the image in the same transaction.</param>
    internal static EitherAsync<DomainError, Removal> Unused(
        Ports ports, ImageRow image, Seq<string> untagged, CancellationToken cancel) =>
        from past in ports.Store.Past(Streams.Image(image.Id), cancel)
        let now = ports.World.Clock()
        from removed in past.Decide(ImageDecider.Decider, Streams.Image(image.Id), new RemoveImage(image.Id), now).ToAsync()
        from own in ports.Views.LayersOnlyOf(image.Id, cancel)
        let blobs = Blobs(past.Events, image.Id)
        let layers = image.Content.Layers.Map(l => l.Id).Filter(id => own.Exists(o => o == id)).Rev().ToSeq().Strict()
        from gone in layers.InTurn(id => ports.Store.Decide(
            LayerDecider.Decider, Streams.Layer(id), new RemoveLayer(id), now, cancel))
        from noted in ports.Claims.Note(
            (layers.Map(id => new Claim(ClaimKind.Layer, id)) + blobs.Map(hex => new Claim(ClaimKind.Blob, hex))).Strict(), cancel)
        select new Removal(
            gone.Fold(removed.Append, (all, one) => all.And(one.Append)).Holding(
                new Guard.ImageUnused(image.Id),
                new Guard.ImageUntagged(image.Id, untagged),
                new Guard.LayersUnused(layers, image.Id)),
            layers, blobs);

    /// <summary>What the ledger has given up goes from the disk, called off or not.</summary>
    internal static EitherAsync<DomainError, Unit> Gone(Ports ports, Removal removal) =>
        from discarded in removal.Layers.InTurn(id => ports.Layers.Discard(id, CancellationToken.None))
        from content in removal.Blobs.InTurn(hex => ports.Blobs.Discard(Hex(hex), CancellationToken.None))
        select unit;

    /// <summary>Its configuration, and the manifests by which registries know it.</summary>
    internal static Seq<string> Blobs(Seq<Recorded<DockEvent>> past, string image) =>
        past.Choose(e => e.Event is ImagePulled pulled ? Some(Manifest(pulled).Hex) : None).ToSeq().Strict().Add(image)
            .Distinct().ToArray().ToSeq().Strict();

    /// <summary>The image's own, which names no other image: of an index nothing is kept.</summary>
    private static Digest Manifest(ImagePulled pulled) => pulled.Source?.Own ?? pulled.Manifest;

    private static Digest Hex(string hex) =>
        Digest.FromHex(hex).IfLeft(_ => throw new System.Diagnostics.UnreachableException("an id of the ledger is a digest"));

    private static Seq<RemovedImage> Lines(Seq<TagRow> tags) =>
        tags.Map(t => (RemovedImage)new RemovedImage.Untagged(
            ImageReference.Parse(t.Reference).Match(Right: r => r.Familiar, Left: _ => t.Reference))).Strict();
}
