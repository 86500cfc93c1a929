namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock images</c></summary>
public static class ImagesCommand
{
    private const string NoName = "<none>";

    private static readonly RowFormat Rows = new(
        "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}",
        [
            ("ID", "IMAGE ID"), ("Repository", "REPOSITORY"), ("Tag", "TAG"), ("Digest", "DIGEST"), ("CreatedSince", "CREATED"),
            ("CreatedAt", "CREATED AT"), ("Size", "SIZE"),
        ]);

    /// <summary>One line: an image under one of its names, or under none.</summary>
    private sealed record Named(ImageRow Image, string Repository, string Tag, string Digest);

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from filter in args.Arguments.Take(1).ToSeq().All(Filter).ToAsync()
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args.Text("as-of"), ports, session, cancel)
        from images in ports.Views.Images.All(moment.Position, cancel)
        from tags in images.IsEmpty ? Give(Seq<TagRow>()) : ports.Views.Tags.All(moment.Position, cancel)
        let named = tags.ToLookup(t => t.Image, StringComparer.Ordinal)
        let shown = images.OrderByDescending(i => i.Content.Created ?? DateTimeOffset.UnixEpoch).ThenBy(i => i.Id, StringComparer.Ordinal)
            .ToSeq().Bind(image => Names(image, named[image.Id])).Filter(n => filter.ForAll(f => f(n))).Strict()
        from text in args.On("quiet") && args.Text("format") is null
            ? Give(string.Concat(shown.Map(n => (args.On("no-trunc") ? Digest.Prefix + n.Image.Id : n.Image.Id[..12]) + "\n")))
            : Rows.Render(args.Text("format"), shown, n => Row(n, moment.Clock, !args.On("no-trunc"))).ToAsync()
        let printed = session.Print(text)
        let footer = Moments.Footer(session, moment)
        select 0;

    /// <summary>
    /// A line for each tag. A reference by digest makes a line of its own only where its repository has no tag on the image.
    /// </summary>
    private static Seq<Named> Names(ImageRow image, IEnumerable<TagRow> all)
    {
        var own = all.Map(t => ImageReference.Parse(t.Reference)).Map(r => r.ToOption()).ToSeq().Choose(r => r).Strict();
        var tags = own.Filter(r => r.Tag is not null).Strict();
        var digests = own.Filter(r => r.Digest is not null).Strict();
        var lines = tags.Map(t => new Named(
                image, t.FamiliarRepository, t.Tag!, digests.Find(d => d.Repository == t.Repository).Map(d => d.Digest!.Value).IfNone(NoName)))
            + digests.Filter(d => !tags.Exists(t => t.Repository == d.Repository))
                .Map(d => new Named(image, d.FamiliarRepository, NoName, d.Digest!.Value));
        return lines.IsEmpty
            ? Seq1(new Named(image, NoName, NoName, NoName))
            : lines.OrderBy(n => n.Repository, StringComparer.Ordinal).ThenBy(n => n.Tag, StringComparer.Ordinal).ToSeq().Strict();
    }

    /// <summary>REPOSITORY or REPOSITORY:TAG.</summary>
    private static Either<DomainError, Func<Named, bool>> Filter(string text) =>
        ImageReference.Parse(text).Map<Func<Named, bool>>(wanted => named =>
            named.Repository == wanted.FamiliarRepository && (wanted.Tag is null || named.Tag == wanted.Tag));

    private static TemplateValue.Row Row(Named named, DateTimeOffset now, bool cut) =>
        TemplateValue.RowOf(
            "*formatter.imageContext",
            ("CreatedAt", named.Image.Content.Created is { } at ? Human.CreatedAt(at) : "N/A"),
            ("CreatedSince", named.Image.Content.Created is { } created ? Human.Ago(created, now) : "N/A"),
            ("Digest", named.Digest),
            ("ID", cut ? named.Image.Id[..12] : Digest.Prefix + named.Image.Id),
            ("Repository", named.Repository),
            ("Size", Human.Size(named.Image.Content.Size.Value)),
            ("Tag", named.Tag));
}
