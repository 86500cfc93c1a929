namespace EventDock.Engine;

using System.IO;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What a push tells while it goes on.</summary>
public abstract record PushProgress
{
    private PushProgress() { }

    /// <summary>To whom all that follows goes.</summary>
    public sealed record To(ImageReference Repository) : PushProgress;

    /// <summary>The image under the next tag; its layers, topmost first.</summary>
    public sealed record Began(Seq<Digest> DiffIds, Seq<long> Sizes) : PushProgress;

    /// <param name="Layer">The place among those, from 0.</param>
    /// <param name="Bytes">Sent so far.</param>
    public sealed record Sending(int Layer, long Bytes) : PushProgress;

    public sealed record Done(int Layer, PushedBlob How) : PushProgress;

    /// <param name="Size">Of the manifest.</param>
    public sealed record Ended(string Tag, Digest Digest, int Size) : PushProgress;
}

/// <summary><c>eventdock push</c>: what the registry lacks, then the manifest; and once it has confirmed that, the event.</summary>
public static class Push
{
    public static EitherAsync<DomainError, Unit> Run(
        Ports ports, ImageReference asked, bool allTags, Action<PushProgress> tell, CancellationToken cancel) =>
        from named in Checked(asked, allTags).ToAsync()
        let telling = Tell(tell, new PushProgress.To(named))
        from tags in Tags(ports, named, allTags, cancel)
        from known in Repositories.Known(ports, named, cancel)
        from target in ports.Registry.Push.Open(named.Tagged, cancel)
        from pushed in tags.InTurn(tag => One(ports, target, tag, known, tell, cancel))
        select unit;

    private static Either<DomainError, ImageReference> Checked(ImageReference asked, bool allTags) =>
        asked.Digest is not null ? new DomainError.PushByDigest()
        : allTags && asked.Tag is not null ? new DomainError.TagBesideAllTags()
        : asked;

    private static EitherAsync<DomainError, Seq<TagRow>> Tags(
        Ports ports, ImageReference asked, bool allTags, CancellationToken cancel) =>
        from all in ports.Views.Tags.Prefixed(asked.Repository + ":", None, cancel)
        let wanted = allTags ? all : all.Filter(t => t.Reference == asked.Tagged.Canonical).Strict()
        from some in wanted.IsEmpty
            ? Fail<Seq<TagRow>>(all.IsEmpty
                ? new DomainError.NothingToPush(asked.FamiliarRepository)
                : new DomainError.NoSuchTag(asked.Tagged.Familiar))
            : Give(wanted)
        select some;

    private static EitherAsync<DomainError, Unit> One(
        Ports ports, PushTarget target, TagRow tag, Repositories known, Action<PushProgress> tell, CancellationToken cancel)
    {
        var began = ports.World.Clock();
        return
            from name in ImageReference.Parse(tag.Reference).ToAsync()
            from rows in ports.Views.Images.Keyed(Seq1(tag.Image), None, cancel)
            from image in rows.HeadOrNone().OrFail(() => new DomainError.NoSuchImage(name.Familiar))
            from whole in PushedManifest.Of(ports, target, image, known, cancel)
            from layers in Layers(ports, target, image, whole, known, tell, cancel)
            from config in ports.Registry.Push.Blob(
                target,
                new PushBlob(
                    whole.Manifest.Config, Seq<string>(), _ => Give<Stream>(new MemoryStream(whole.Config, writable: false)), _ => { }),
                cancel)
            from digest in ports.Registry.Push.Manifest(target, name.Tag ?? "latest", whole.Manifest.MediaType, whole.Bytes, cancel)
            // The registry has it: called off or not, that is to be known.
            from recorded in Record(ports, image, name, digest, layers, config, whole.Bytes.Length, began)
            let ended = Tell(tell, new PushProgress.Ended(name.Tag ?? "latest", digest, whole.Bytes.Length))
            select unit;
    }

    private static EitherAsync<DomainError, Seq<PushedBlob>> Layers(
        Ports ports, PushTarget target, ImageRow image, PushedManifest whole, Repositories known, Action<PushProgress> tell,
        CancellationToken cancel)
    {
        // As docker lists and sends them.
        var places = Enumerable.Range(0, whole.Manifest.Layers.Count).Reverse().ToArray().ToSeq();
        var content = image.Content.Layers;
        Tell(tell, new PushProgress.Began(
            places.Map(n => content[n].DiffId).Strict(), places.Map(n => whole.Manifest.Layers[n].Size).Strict()));
        return places.AtOnce(
            ports.Registry.Push.Uploads(),
            (n, stop) =>
                from how in ports.Registry.Push.Blob(
                    target,
                    new PushBlob(
                        whole.Manifest.Layers[n], known.Of(content[n].Id),
                        opening => ports.Blobs.Open(whole.Manifest.Layers[n].Digest, opening),
                        bytes => tell(new PushProgress.Sending(places.Count - 1 - n, bytes))),
                    stop)
                let telling = Tell(tell, new PushProgress.Done(places.Count - 1 - n, how))
                select how,
            cancel);
    }

    private static EitherAsync<DomainError, Unit> Record(
        Ports ports, ImageRow image, ImageReference name, Digest digest, Seq<PushedBlob> layers, PushedBlob config, int manifest,
        DateTimeOffset began)
    {
        var now = ports.World.Clock();
        var pushed = new ImagePushed(
            image.Id, name.Host, name.Path, name.Tag ?? "latest", digest, layers.Add(config).Sum(Bytes) + manifest,
            layers.Count(l => l is PushedBlob.Sent), layers.Count(l => l is PushedBlob.Mounted),
            layers.Count(l => l is PushedBlob.Existing),
            (int)(now - began).TotalMilliseconds);
        var byDigest = name.At(digest).Canonical;
        return ports.Again(
            () =>
                from fact in ports.Store.Decide(
                    ImageDecider.Decider, Streams.Image(image.Id), new RecordPushed(pushed), now, CancellationToken.None)
                from tagged in ports.Store.Decide(
                    TagDecider.Decider, Streams.Tag(byDigest), new TagImage(byDigest, image.Id), now, CancellationToken.None)
                let whole = fact.Append.And(tagged.Append).Holding(new Guard.ImagePresent(image.Id))
                from appended in ports.Store.Append(whole, CancellationToken.None)
                select unit,
            CancellationToken.None);
    }

    private static long Bytes(PushedBlob blob) => blob is PushedBlob.Sent sent ? sent.Bytes : 0;
}
