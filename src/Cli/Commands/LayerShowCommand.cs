namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Engine;

/// <summary><c>eventdock layer show LAYER</c>: its files, and what it removes from the layers below.</summary>
public static class LayerShowCommand
{
    private static readonly RowFormat Rows = new("{{.Mode}}\t{{.Owner}}\t{{.Size}}\t{{.Name}}", FileFields.OfFile);

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel)
    {
        var files = new List<LayerFile>();
        return
            from ports in session.Read(cancel)
            from moment in Moments.AsOf(args, ports, session, cancel)
            from layer in LookAtLayers.Find(ports, args.Arguments[0], moment.Position, cancel)
            from walked in ports.Reader.Files(layer.Id, Taken, cancel)
            from text in Rows.Render(args.Text("format"), files.ToSeq().Strict(), FileFields.Row).ToAsync()
            let printed = session.Print(text)
            let footer = Moments.Footer(session, moment)
            select 0;

        Unit Taken(LayerFile file)
        {
            files.Add(file);
            return unit;
        }
    }
}
