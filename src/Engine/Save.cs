namespace EventDock.Engine;

using System.IO;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock save</c>: images as an archive. The same images give the same bytes.</summary>
public static class Save
{
    /// <param name="asOf">What the names meant then; the images must be here now.</param>
    /// <param name="write">Is handed the work once all images have been found.</param>
    public static EitherAsync<DomainError, Unit> Run(
        Ports ports, Seq<string> references, Option<long> asOf,
        Func<Func<Stream, EitherAsync<DomainError, Unit>>, EitherAsync<DomainError, Unit>> write, CancellationToken cancel) =>
        from chosen in references.InTurn(text =>
            from then in Chosen(ports.AsOf(asOf), text, cancel)
            from here in asOf.IsNone ? Done : then.InTurn(c => Reflog.Here(ports, text, c.Row.Id, cancel)).Ignore()
            select then)
        let images = chosen.Bind(c => c).GroupBy(c => c.Row.Id)
            .Select(same => (same.First().Row, Names: same.SelectMany(c => c.Name.ToSeq()).DistinctBy(n => n.Canonical)
                .OrderBy(n => n.Canonical, StringComparer.Ordinal).ToSeq().Strict())).ToSeq().Strict()
        from saved in images.InTurn(image => Saved(ports, image.Row, image.Names, cancel))
        let parts = SavedArchive.Parts(saved)
        from written in write(target => ports.Archives.Write(target, parts, cancel))
        select unit;

    /// <summary>As docker: a repository alone is all its tags; a tag keeps its name; an id or a digest has none.</summary>
    private static EitherAsync<DomainError, Seq<(ImageRow Row, Option<ImageReference> Name)>> Chosen(
        Ports ports, string text, CancellationToken cancel)
    {
        var reference = ImageReference.Parse(text).ToOption();
        return
            from tags in reference.Filter(r => r.Tag is null && r.Digest is null).Match(
                Some: r => ports.Views.Tags.Prefixed(r.Repository + ":", None, cancel),
                None: () => Give(Seq<TagRow>()))
            from chosen in tags.IsEmpty
                ? One(ports, text, reference.Filter(r => r.Tag is not null && r.Digest is null), cancel)
                : tags.InTurn(tag =>
                    from rows in ports.Views.Images.Keyed(Seq1(tag.Image), None, cancel)
                    from row in rows.HeadOrNone().OrFail(() => new DomainError.NoSuchImage(text))
                    select (row, ImageReference.Parse(tag.Reference).ToOption()))
            select chosen;
    }

    private static EitherAsync<DomainError, Seq<(ImageRow Row, Option<ImageReference> Name)>> One(
        Ports ports, string text, Option<ImageReference> tagged, CancellationToken cancel) =>
        from row in Find.Image(ports, text, None, cancel)
        // sha256:… reads as a name with a tag, too.
        from tag in Find.Tag(ports, text, None, cancel)
        select Seq1((row, tag.IsSome ? tagged : None));

    private static EitherAsync<DomainError, SavedImage> Saved(
        Ports ports, ImageRow image, Seq<ImageReference> names, CancellationToken cancel) =>
        from id in Digest.FromHex(image.Id).ToAsync()
        from config in ports.Blobs.Read(id, ImageConfigJson.MaxBytes, cancel)
        from layers in image.Content.Layers.InTurn(layer =>
            ports.Archives.Size(layer.Id, cancel).Map(size => new SavedLayer(layer.Id, layer.DiffId, size)))
        select new SavedImage(config, layers, names);
}
