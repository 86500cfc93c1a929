namespace EventDock.Projections;

using EventDock.Domain.Kernel;

/// <summary>
/// Which events the present rests on. An event whose data are taken out is passed over by every fold: what is there now must be
/// shown as before, or a container would run that nobody can find.
/// </summary>
public static class NeededEvents
{
    /// <summary>Results of build steps are a cache: without them a build runs the step again.</summary>
    private static readonly Seq<AnyProjection> Views =
        AllViews.Projections.Filter(view => view.Name != BuildStepsView.Projection.Name).Strict();

    /// <summary>A row that would be another now if these events of the stream were not there; none where none would.</summary>
    public static Option<(string View, string Key)> Of(Seq<Recorded<DockEvent>> stream, Func<long, bool> gone) =>
        Views.Bind(view => stream.Filter(e => gone(e.Position)).Bind(e => view.Keys(e.Event)).Map(key => (view, key)))
            .Find(x => Row(x.view, x.key, stream) != Row(x.view, x.key, stream.Filter(e => !gone(e.Position))))
            .Map(x => (x.view.Name, x.key));

    /// <summary>The row as it is stored after all of them; empty for none.</summary>
    private static string Row(AnyProjection view, string key, Seq<Recorded<DockEvent>> stream) =>
        stream.Filter(e => view.Keys(e.Event).Exists(k => k == key)).Fold((object?)null, (row, e) => view.Apply(row, e.Fact)) is { } last
            ? view.Write(last)
            : "";
}
