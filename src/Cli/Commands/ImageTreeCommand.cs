namespace EventDock.Cli.Commands;

using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock image ls --tree</c>: which layers stand on which, and who uses them.</summary>
public static class ImageTreeCommand
{
    private const int Columns = 80;

    private static readonly RowFormat Rows = new("{{.ID}}\t{{.Size}}\t{{.UsedBy}}\t{{.Runs}}\t{{.Origin}}", LayerFields.Headers);

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from filters in ImageFilterFlags.Parse(
            args.All("filter"), args.Arguments.HeadOrNone().IfNone(""), text => Find.Image(ports, text, moment.Position, cancel))
        from all in LookAtLayers.Views(ports, moment.Position, cancel)
        let only = filters.Lines(all.Images, all.Tags, digests: false).Map(n => n.Image.Id).ToHashSet(StringComparer.Ordinal)
        let views = args.Has("filter") || !args.Arguments.IsEmpty ? LayerTree.Only(all, only) : all
        let tree = LayerTree.Of(views)
        from text in args.Text("format") is { } format ? Lines(args, format, views, tree, ports, moment, cancel)
            : Give(args.On("quiet") ? Ids(tree, !args.On("no-trunc")) : Tree(tree, !args.On("no-trunc")))
        let printed = session.Print(text)
        let footer = Moments.Footer(session, moment)
        select 0;

    private static string Tree(LayerTree tree, bool cut)
    {
        // A pipe has all the room that a name wants.
        var terminal = Terminal.Is(1);
        return TreeText.Of(tree, cut, terminal ? Terminal.Size(1)?.Columns ?? Columns : Columns, fit: cut && terminal);
    }

    private static string Ids(LayerTree tree, bool cut) =>
        string.Concat(tree.Layers.Select(l => (cut ? l.Layer.Id[..12] : l.Layer.Id) + "\n"));

    private static EitherAsync<DomainError, string> Lines(
        ParsedArgs args, string format, PruneViews views, LayerTree tree, Ports ports, Moments.Moment moment, CancellationToken cancel) =>
        from origins in LookAtLayers.Origins(ports, views, LayerLsCommand.Verb, moment.Position, cancel)
        let users = LayerUsers.Of(tree)
        from text in Rows.Render(
            format, tree.Layers.ToSeq().Strict(),
            l => LayerFields.Row(
                l.Layer, users(l.Layer.Id), origins.GetValueOrDefault(l.Layer.Id, ""), moment.Clock, !args.On("no-trunc") && format != "json")).ToAsync()
        select text;
}
