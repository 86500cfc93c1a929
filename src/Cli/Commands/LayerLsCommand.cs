namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock layer ls</c></summary>
public static class LayerLsCommand
{
    private static readonly RowFormat Rows = new(
        "{{.ID}}\t{{.Size}}\t{{.UsedBy}}\t{{.Runs}}\t{{.CreatedSince}}\t{{.Origin}}", LayerFields.Headers);

    private static readonly RowFormat WithDigests = Rows with
    {
        Columns = "{{.ID}}\t{{.DiffID}}\t{{.Size}}\t{{.UsedBy}}\t{{.Runs}}\t{{.CreatedSince}}\t{{.Origin}}",
    };

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from views in LookAtLayers.Views(ports, moment.Position, cancel)
        from origins in LookAtLayers.Origins(ports, views, Verb, moment.Position, cancel)
        let format = args.Text("format")
        let cut = !args.On("no-trunc") && format != "json"
        let users = LayerUsers.Of(LayerTree.Of(views))
        let layers = views.Layers.Where(l => l.Container is null || args.On("all"))
            .OrderByDescending(l => l.Created).ThenBy(l => l.Id, StringComparer.Ordinal).ToArray().ToSeq().Strict()
        from text in args.On("quiet") && format is null
            ? Give(string.Concat(layers.Map(l => (cut ? l.Id[..12] : l.Id) + "\n")))
            : (args.On("digests") ? WithDigests : Rows).Render(
                format, layers, l => LayerFields.Row(l, users(l.Id), origins.GetValueOrDefault(l.Id, ""), moment.Clock, cut)).ToAsync()
        let printed = session.Print(text)
        let footer = Moments.Footer(session, moment)
        select 0;

    /// <summary>The verb of a command line as it is recorded: the program's name first.</summary>
    internal static string Verb(Seq<string> line) => CommandLine.Name(line.Skip(1).ToArray()).Name;
}
