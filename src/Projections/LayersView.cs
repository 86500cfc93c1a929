namespace EventDock.Projections;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>One row a layer, committed or thin.</summary>
public static class LayersView
{
    public static readonly Projection<LayerRow> Projection = new("layers", 1, Keys, Apply, RowJson.Default.LayerRow);

    public static Seq<string> Keys(DockEvent happened) =>
        happened is LayerEvent e ? Seq1(e.Id) : Seq<string>();

    public static Option<LayerRow> Apply(Option<LayerRow> row, Fact fact) =>
        fact.Event switch
        {
            LayerCreated e => Some(new LayerRow(
                e.Id, e.Container, e.Parent, e.DiffId, e.Blob, e.Size, fact.Occurred, Written: 0, WrittenBytes: 0)),
            LayerRestored e => Some(new LayerRow(
                e.Id, e.Id, e.Parent, DiffId: null, Blob: null, Size: 0, e.Created, e.Written, e.WrittenBytes)),
            LayerWritten e => row.Map(r => r with
            {
                Written = r.Written + (e.Added + e.Modified + e.Deleted),
                WrittenBytes = r.WrittenBytes + e.Bytes,
            }),
            LayerRemoved => None,
            _ => row,
        };
}
