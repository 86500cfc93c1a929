namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock images</c>, as a list or (<c>--tree</c>) over the layers.</summary>
public static class ImagesCommand
{
    private const string NotCounted = "N/A";

    private static readonly RowFormat Rows = new(
        "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}",
        [
            ("ID", "IMAGE ID"), ("Repository", "REPOSITORY"), ("Tag", "TAG"), ("Digest", "DIGEST"), ("CreatedSince", "CREATED"),
            ("CreatedAt", "CREATED AT"), ("Size", "SIZE"), ("Containers", "CONTAINERS"), ("VirtualSize", "SIZE"),
            ("SharedSize", "SHARED SIZE"), ("UniqueSize", "UNIQUE SIZE"),
        ]);

    private static readonly RowFormat WithDigests = Rows with
    {
        Columns = "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}",
    };

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        args.On("tree") ? ImageTreeCommand.Run(args, session, cancel) : List(args, session, cancel);

    private static EitherAsync<DomainError, int> List(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from filters in ImageFilterFlags.Parse(
            args.All("filter"), args.Arguments.HeadOrNone().IfNone(""), text => Find.Image(ports, text, moment.Position, cancel))
        from images in ports.Views.Images.All(moment.Position, cancel)
        from tags in images.IsEmpty ? Give(Seq<TagRow>()) : ports.Views.Tags.All(moment.Position, cancel)
        let format = args.Text("format")
        let digests = args.On("digests") || (format is not null && format.Contains("{{.Digest}}", StringComparison.Ordinal))
        let shown = filters.Lines(images, tags, digests)
        from text in args.On("quiet") && format is null
            ? Give(string.Concat(shown.Map(n => (args.On("no-trunc") ? Digest.Prefix + n.Image.Id : n.Image.Id[..12]) + "\n")))
            : (args.On("digests") ? WithDigests : Rows).Render(format, shown, n => Row(n, moment.Clock, !args.On("no-trunc"))).ToAsync()
        let printed = session.Print(text)
        let footer = Moments.Footer(session, moment)
        select 0;

    private static TemplateValue.Row Row(NamedImage named, DateTimeOffset now, bool cut) =>
        TemplateValue.RowOf(
            "*formatter.imageContext",
            ("Containers", NotCounted),
            ("CreatedAt", named.Image.Content.Created is { } at ? Human.CreatedAt(at) : NotCounted),
            ("CreatedSince", named.Image.Content.Created is { } created ? Human.Ago(created, now) : NotCounted),
            ("Digest", named.Digest),
            ("ID", cut ? named.Image.Id[..12] : Digest.Prefix + named.Image.Id),
            ("Repository", named.Repository),
            ("SharedSize", NotCounted),
            ("Size", Human.Size(named.Image.Content.Size.Value)),
            ("Tag", named.Tag),
            ("UniqueSize", NotCounted),
            ("VirtualSize", Human.ProgressSize(named.Image.Content.Size.Value)));
}
