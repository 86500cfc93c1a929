namespace EventDock.Projections;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;

/// <summary>One row an image, with its layers and history: what <c>images</c>, <c>history</c> and <c>inspect</c> show.</summary>
public static class ImagesView
{
    public static readonly Projection<ImageRow> Projection = new("images", 1, Keys, Apply, RowJson.Default.ImageRow);

    public static Seq<string> Keys(DockEvent happened) =>
        happened is ImageEvent e ? Seq1(e.Id) : Seq<string>();

    public static Option<ImageRow> Apply(Option<ImageRow> row, Fact fact) =>
        fact.Event switch
        {
            ImagePulled e => Opened(row, e.Id, "pulled", fact, e.Image),
            ImageBuilt e => Opened(row, e.Id, "built", fact, e.Image),
            ImageImported e => Opened(row, e.Id, "imported", fact, e.Image),
            ImageCommitted e => Opened(row, e.Id, "committed", fact, e.Image),
            ImageLoaded e => Opened(row, e.Id, "loaded", fact, e.Image),
            ImageRestored e => row.IsSome ? row : Some(new ImageRow(e.Id, e.Origin, e.Arrived, e.Image)),
            ImageRemoved => None,
            _ => row,
        };

    /// <summary>An image that comes a second time is the one that is here: an id names one content.</summary>
    private static Option<ImageRow> Opened(Option<ImageRow> row, string id, string origin, Fact fact, ImageContent content) =>
        row.IsSome ? row : Some(new ImageRow(id, origin, fact.Occurred, content));
}
