namespace EventDock.Projections;

/// <summary>Every view there is: what an append keeps up to date and a rebuild makes anew.</summary>
public static class AllViews
{
    public static readonly Seq<AnyProjection> Projections = Seq(
        ContainersView.Projection.Erased,
        ImagesView.Projection.Erased,
        TagsView.Projection.Erased,
        LayersView.Projection.Erased,
        BuildStepsView.Projection.Erased,
        RootView.Projection.Erased);

    /// <summary>
    /// Events that change no row of any view, by <see cref="Domain.Kernel.EventKind.Name"/>: a rebuild need not read what is in them.
    /// </summary>
    public static readonly Seq<string> Unheeded = Seq(
        "CommandRefused", "CommandUndone", "LayerQuotaReached", "LayerContentRemoved", "ContainerSignalled", "ExecRequested", "ExecStarted", "ExecFailed",
        "ExecExited",
        "ForeignEventFound", "Redacted", "SegmentSealed", "SegmentRewritten", "SegmentDropped", "BookmarkSet", "BookmarkRemoved",
        "LayerRepaired", "ImageRepaired", "ContainerCopiedOut", "ContainerCopiedIn", "ContainerExported", "ContainerAttached", "StorePruned");
}
