namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>From what a person types to the row that is meant.</summary>
public static class Find
{
    /// <summary>As docker: the whole id, then a name, then any unambiguous beginning of an id.</summary>
    public static EitherAsync<DomainError, ContainerRow> Container(Ports ports, string reference, CancellationToken cancel) =>
        Container(ports, reference, None, cancel);

    /// <summary>The same as of a position.</summary>
    public static EitherAsync<DomainError, ContainerRow> Container(
        Ports ports, string reference, Option<long> asOf, CancellationToken cancel) =>
        from named in asOf.Match(
            Some: position => ports.Views.ContainerNamedAt(reference.TrimStart('/'), position, cancel),
            None: () => ports.Views.ContainerNamed(reference.TrimStart('/'), cancel))
        from byId in IsIdPrefix(reference)
            ? ports.Views.Containers.Prefixed(reference, asOf, cancel)
            : Give(Seq<ContainerRow>())
        from row in (byId.Find(r => r.Id.Value == reference) | named).Match(
            Some: Give,
            None: () => Only("container", reference, byId, r => r.Id.Value, () => new DomainError.NoSuchContainer(reference)))
        select row;

    /// <summary>
    /// As docker: an id given as a digest, then a reference, then any unambiguous beginning of an id. Or what a tag once named:
    /// see <see cref="Reflog"/>.
    /// </summary>
    public static EitherAsync<DomainError, ImageRow> Image(Ports ports, string text, Option<long> asOf, CancellationToken cancel) =>
        Reflog.Split(text).Match(
            Some: halves => asOf.IsNone
                ? Reflog.Image(ports, halves.Name, halves.Moment, cancel)
                : Fail<ImageRow>(new DomainError.Invalid("image", text, "one moment is enough, here or in --as-of")),
            None: () => Untimed(ports, text, asOf, cancel));

    private static EitherAsync<DomainError, ImageRow> Untimed(Ports ports, string text, Option<long> asOf, CancellationToken cancel) =>
        from named in asOf.IsNone ? Tagged(ports, text, cancel) : Tagged(ports, text, asOf, cancel)
        let prefix = text.StartsWith(Digest.Prefix, StringComparison.Ordinal) ? text[Digest.Prefix.Length..] : text
        from byId in named.IsEmpty && IsIdPrefix(prefix) ? ports.Views.Images.Prefixed(prefix, asOf, cancel) : Give(Seq<ImageRow>())
        from row in named.HeadOrNone().Match(
            Some: Give,
            None: () => Only("image", text, byId, r => r.Id, () => new DomainError.NoSuchImage(text)))
        select row;

    private static EitherAsync<DomainError, Seq<ImageRow>> Tagged(Ports ports, string text, CancellationToken cancel) =>
        ImageReference.Parse(text).Match(
            Right: r => ports.Views.ImageTagged(r.Tagged.Canonical, cancel).Map(found => found.ToSeq()),
            Left: _ => Give(Seq<ImageRow>()));

    private static EitherAsync<DomainError, Seq<ImageRow>> Tagged(Ports ports, string text, Option<long> asOf, CancellationToken cancel) =>
        from tag in Tag(ports, text, asOf, cancel)
        from named in tag.Match(
            Some: t => ports.Views.Images.Keyed(Seq1(t.Image), asOf, cancel),
            None: () => Give(Seq<ImageRow>()))
        select named;

    /// <summary>The tag that a text names as it stands, if it is one.</summary>
    public static EitherAsync<DomainError, Option<TagRow>> Tag(Ports ports, string text, Option<long> asOf, CancellationToken cancel) =>
        ImageReference.Parse(text).Match(
            Right: r => ports.Views.Tags.Keyed(Seq1(r.Tagged.Canonical), asOf, cancel).Map(found => found.HeadOrNone()),
            Left: _ => Give(Option<TagRow>.None));

    private static bool IsIdPrefix(string text) => text.Length is > 0 and <= 64 && Digest.IsHex(text);

    private static EitherAsync<DomainError, TRow> Only<TRow>(
        string kind, string reference, Seq<TRow> found, Func<TRow, string> id, Func<DomainError> none) =>
        found.Count switch
        {
            0 => Fail<TRow>(none()),
            1 => Give(found.Head),
            _ => Fail<TRow>(new DomainError.Ambiguous(kind, reference, found.Map(r => id(r)[..12]).Strict())),
        };
}
