namespace EventDock.Engine;

using EventDock.Domain.Builds;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock why LAYER</c>: which command brought it, for what; which images have it, and which containers stand on those.</summary>
internal static class WhyLayer
{
    /// <summary>An append has no more events than that between a layer and what it came for, but of an archive of very many images.</summary>
    private const long Near = 1000;

    public static EitherAsync<DomainError, Cause> Run(Ports ports, Once<LayerRow> found, Option<byte[]> path, CancellationToken cancel) =>
        from told in ports.Ledger.Log.List(
            LogQuery.All with { Streams = Seq1(Streams.Layer(found.Row.Id)), Types = Seq1(nameof(LayerCreated)) }, cancel)
        from came in told.InTurn(e => With(ports, e, found.Row.Id, cancel).Map(with => new LayerCame(e, with)))
        from images in ports.Views.LayerUses.ImagesWith(found.Row.Id, cancel)
        from containers in images.IsEmpty
            ? Give(Seq<ContainerRow>())
            : ports.Views.LayerUses.ContainersOn(images.Map(image => image.Id).Strict(), cancel)
        from file in path.Match(Some: asked => File(ports, found, asked, cancel).Map(Some), None: () => Give(Option<CausedPath>.None))
        select new Cause(None, None, Some(new CausedLayer(found.Row, found.Here, came, images, containers)), file);

    /// <summary>What the same command recorded beside the layer, as far as it has to do with it.</summary>
    private static EitherAsync<DomainError, Seq<Recorded<DockEvent>>> With(
        Ports ports, Recorded<DockEvent> created, string layer, CancellationToken cancel) =>
        from near in ports.Ledger.Log.List(
            LogQuery.All with
            {
                SincePosition = created.Position,
                UntilPosition = created.Position + Near,
                Types = Seq(
                    nameof(ImagePulled), nameof(ImageImported), nameof(ImageCommitted), nameof(ImageLoaded), nameof(ImageBuilt),
                    nameof(BuildStepCompleted)),
            },
            cancel)
        select near.Rev().Filter(e => e.Origin.Command == created.Origin.Command && Has(e.Event, layer)).Strict();

    private static bool Has(DockEvent happened, string layer) =>
        happened is BuildStepCompleted step ? step.Layer == layer : Why.Content(happened).Exists(content => content.Layers.Exists(l => l.Id == layer));

    private static EitherAsync<DomainError, CausedPath> File(Ports ports, Once<LayerRow> found, byte[] path, CancellationToken cancel) =>
        from here in ports.Layers.Has(found.Row.Id) ? Done : Fail<Unit>(new DomainError.LayerGone(found.Row.Id))
        from trace in ports.Reader.Trace(new PathQuery(Seq1(found.Row.Id), None, path, Follow: false, Text: 0) { Alone = true }, cancel)
        from known in trace.Versions.IsEmpty
            ? Fail<Unit>(new DomainError.NoSuchFile($"layer {found.Row.Id[..12]}", path))
            : Done
        select new CausedPath(
            path, trace, trace.Versions.Map(_ => (Brought)new Brought.ByLayer(found.Row.Id, None, None, None)).Strict(), ThinSource.Seen);
}
