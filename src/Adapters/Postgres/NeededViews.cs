namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>
/// The views that an append's rules are checked in: it is refused while one of them stands still. All else goes on: what
/// happened is recorded, whether a view can show it or not.
/// </summary>
internal static class NeededViews
{
    private static readonly string
        Containers = ContainersView.Projection.Name,
        Images = ImagesView.Projection.Name,
        Layers = LayersView.Projection.Name,
        Tags = TagsView.Projection.Name;

    public static string[] Of(PreparedAppend append) =>
        // A name is taken once: that stands in the index of the containers' open rows.
        (append.Guards.Bind(Asked) + (append.Events.Any(e => e.Fact.Event is ContainerCreated) ? Seq1(Containers) : Seq<string>()))
            .Distinct().ToArray();

    /// <summary>What check_guards looks into.</summary>
    private static Seq<string> Asked(Guard guard) =>
        guard switch
        {
            Guard.ImagePresent => Seq1(Images),
            Guard.LayersPresent => Seq1(Layers),
            Guard.ImageUnused => Seq(Images, Containers),
            Guard.ImageUntagged => Seq(Images, Tags),
            Guard.LayersUnused => Seq(Layers, Images, Containers),
            _ => throw new System.Diagnostics.UnreachableException($"no views for {guard.GetType().Name}"),
        };
}
