namespace EventDock.Projections;

using EventDock.Domain.Builds;
using EventDock.Domain.Oci;

/// <summary>One line of a list of images: an image under one of its names, or under none.</summary>
/// <param name="Digest">By which its repository's registry knows it; empty where that is not known.</param>
public sealed record NamedImage(ImageRow Image, string Repository, string Tag, string Digest);

/// <summary>Which images a list shows: docker's filters, all of which must hold; of several references one.</summary>
/// <param name="Dangling">Those without a tag alone, or those with a name alone.</param>
/// <param name="References">Patterns over names: a star stops at a slash; a pattern without a tag is one of repositories, too.</param>
/// <param name="Before">Only what was created before each of these images.</param>
/// <param name="Since">Only what was created after each of these.</param>
public sealed record ImageFilters(
    Option<bool> Dangling, Seq<LabelFilter> Labels, Seq<Glob> References, Seq<ImageRow> Before, Seq<ImageRow> Since)
{
    /// <summary>What stands for a name that is not there.</summary>
    public const string NoName = "<none>";

    public static readonly ImageFilters None =
        new(Option<bool>.None, Seq<LabelFilter>(), Seq<Glob>(), Seq<ImageRow>(), Seq<ImageRow>());

    /// <summary>The lines that are to be shown, the newest image first.</summary>
    /// <param name="digests">
    /// A line for each digest under which a tag's repository has the image; else digests make a line only where there is no tag.
    /// </param>
    public Seq<NamedImage> Lines(Seq<ImageRow> images, Seq<TagRow> tags, bool digests)
    {
        var named = tags.ToLookup(t => t.Image, StringComparer.Ordinal);
        return images.Where(Takes)
            .OrderByDescending(i => i.Content.Created ?? DateTimeOffset.UnixEpoch).ThenBy(i => i.Id, StringComparer.Ordinal)
            .SelectMany(image => Lines(image, Names(named[image.Id]), digests)).ToArray().ToSeq().Strict();
    }

    private bool Takes(ImageRow image) =>
        Labels.ForAll(l => l.Takes(image.Content.Run.Labels))
        && Before.ForAll(b => Created(image) < Created(b))
        && Since.ForAll(s => Created(image) > Created(s));

    private static DateTimeOffset Created(ImageRow image) => image.Content.Created ?? DateTimeOffset.MinValue;

    private Seq<NamedImage> Lines(ImageRow image, Seq<ImageReference> names, bool digests)
    {
        var nameless = names.IsEmpty;
        if (Dangling.Exists(d => d) && names.Exists(n => n.Tag is not null))
        {
            return Seq<NamedImage>();
        }

        return !nameless ? Named(image, names, digests)
            : Dangling.Exists(d => !d) || !References.IsEmpty ? Seq<NamedImage>()
            : Seq1(new NamedImage(image, NoName, NoName, NoName));
    }

    private Seq<ImageReference> Names(IEnumerable<TagRow> tags) =>
        tags.Select(t => ImageReference.Parse(t.Reference)).ToSeq().Choose(r => r.ToOption())
            .Filter(r => References.IsEmpty || References.Exists(p => p.Matches(r.Familiar) || p.Matches(r.FamiliarRepository))).Strict();

    private static Seq<NamedImage> Named(ImageRow image, Seq<ImageReference> names, bool digests)
    {
        var lines = new List<NamedImage>();
        foreach (var repository in names.GroupBy(n => n.FamiliarRepository, StringComparer.Ordinal))
        {
            var known = repository.Where(n => n.Digest is not null).Select(n => n.Digest!.Value).Order(StringComparer.Ordinal).ToArray();
            var tags = repository.Where(n => n.Tag is not null).Select(n => n.Tag!).ToArray();
            var shown = digests ? known : [];
            lines.AddRange(
                tags.Length > 0 ? tags.SelectMany(tag => Each(shown, digest => new NamedImage(image, repository.Key, tag, digest)))
                : Each(shown, digest => new NamedImage(image, repository.Key, NoName, digest)));
        }

        return lines.OrderBy(n => n.Repository, StringComparer.Ordinal).ThenBy(n => n.Tag, StringComparer.Ordinal).ToArray().ToSeq().Strict();
    }

    private static IEnumerable<NamedImage> Each(string[] digests, Func<string, NamedImage> line) =>
        digests.Length == 0 ? [line(NoName)] : digests.Select(line);
}
