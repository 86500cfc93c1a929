namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using static EventDock.Engine.Pipeline;

/// <summary>Layers that an image is about to stand on.</summary>
public static class Layered
{
    /// <summary>
    /// What is to be appended so that the ledger knows each of them, and what must hold meanwhile. Called under the store's
    /// lock: each must still be on disk, or the caller makes it again.
    /// </summary>
    public static EitherAsync<DomainError, Append> Record(
        Ports ports, Seq<StoredLayer> layers, DateTimeOffset now, CancellationToken cancel) =>
        from gone in layers.Find(l => !ports.Layers.Has(l.Id)).Match(
            Some: l => Fail<Unit>(new DomainError.LayerGone(l.Id)),
            None: () => Done)
        from decided in layers.InTurn(layer => ports.Store.Decide(
            LayerDecider.Decider, Streams.Layer(layer.Id), new RecordCommitted(layer.Id, layer), now, cancel))
        let known = layers.Map(l => l.Id).Filter(id => decided.Exists(d => d.Facts.IsEmpty && d.Stream == Streams.Layer(id))).Strict()
        let append = decided.Fold(Append.None, (all, one) => all.And(one.Append))
        select known.IsEmpty ? append : append.Holding(new Guard.LayersPresent(known));
}
