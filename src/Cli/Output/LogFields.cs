namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary>What templates and CSV have of an event.</summary>
internal static class LogFields
{
    /// <summary>In the order of the columns; empty where the event says nothing of it.</summary>
    public static (string Name, string Value)[] Of(LogEntry entry)
    {
        var e = entry.Event;
        var container = Container(entry);
        return
        [
            ("Position", e.Position.ToString(CultureInfo.InvariantCulture)),
            ("Time", Rfc3339.Micros(e.At)),
            ("Occurred", Rfc3339.Micros(e.Occurred)),
            ("Type", EventCodec.NameOf(e.Event)),
            ("Sentence", LogSentence.Of(entry)),
            ("Actor", LogText.Who(e.Origin.Actor)),
            ("Command", string.Join(' ', e.Origin.Line.Map(LogSentence.Word))),
            ("Container", entry.Container.Match(Some: then => then.Name, None: () => Human.ShortId(container))),
            ("ContainerID", container),
            ("Image", Image(e.Event)),
            ("Tag", Tag(e.Event)),
            ("Stream", e.Stream),
            ("Version", e.Version.ToString(CultureInfo.InvariantCulture)),
            ("Id", e.Id.ToString("D")),
            ("Reason", e.Origin.Reason ?? ""),
        ];
    }

    public static TemplateValue.Row Row(LogEntry entry) => TemplateValue.RowOf("*formatter.logContext", Of(entry));

    private static string Container(LogEntry entry) => entry.Event.Event switch
    {
        ContainerEvent e => e.Id.Value,
        ExecEvent e => e.Container.Value,
        LayerWritten or LayerQuotaReached or LayerContentRemoved or LayerRestored => ((LayerEvent)entry.Event.Event).Id,
        LayerCreated { Container: { } container } => container,

        // A thin layer's id is its container's; that of a committed one is nobody's.
        LayerEvent e when entry.Container.IsSome => e.Id,
        _ => "",
    };

    private static string Image(DockEvent happened) => happened switch
    {
        ImageEvent e => e.Id,
        ImageTagged e => e.Image,
        ImageUntagged e => e.Image,
        ContainerCreated e => e.ImageId,
        ContainerRestored e => e.ImageId,
        _ => "",
    };

    private static string Tag(DockEvent happened) => happened switch
    {
        TagEvent e => ImageReference.Shown(e.Reference),
        ImagePulled e => ImageReference.Shown(e.Reference),
        _ => "",
    };
}
