namespace EventDock.Projections;

using EventDock.Domain.Kernel;

/// <summary>The views and the log as they were: what is asked for now is answered as of a position, and nothing later is seen.</summary>
public static class ViewsThen
{
    public static Views AsOf(this Views views, long position)
    {
        var then = Some(position);
        return new Views(
            Containers: views.Containers.AsOf(position),
            Images: views.Images.AsOf(position),
            Tags: views.Tags.AsOf(position),
            Layers: views.Layers.AsOf(position),
            BuildSteps: views.BuildSteps.AsOf(position),
            ImageTagged: (tag, cancel) =>
                from named in views.Tags.Keyed(Seq1(tag), then, cancel)
                from image in views.Images.Keyed(named.Map(t => t.Image).Strict(), then, cancel)
                select image.HeadOrNone(),
            ContainerNamed: (name, cancel) => views.ContainerNamedAt(name, position, cancel),
            ContainersOf: (image, cancel) => Which(row => row.ImageId == image, cancel),
            ContainersRunning: (at, cancel) => views.ContainersRunning(Some(Earlier(at, position)), cancel),
            ContainersUnended: cancel => Which(row => row.State is ContainerRow.Starting or ContainerRow.Running, cancel),
            TagsOf: (image, cancel) => views.TagsOfAt(image, position, cancel),
            LayersOnlyOf: views.LayersOnlyOf,
            At: (time, cancel) => views.At(time, cancel).Map(Until),
            Root: cancel => views.Roots.Keyed(Seq1(RootView.Key), then, cancel).Map(rows => rows.HeadOrNone()))
        {
            AtOccurred = (time, cancel) => views.AtOccurred(time, cancel).Map(Until),
            ContainerNamedAt = (name, at, cancel) => views.ContainerNamedAt(name, Math.Min(at, position), cancel),
            Roots = views.Roots.AsOf(position),
            RemovedContainers = views.RemovedContainers.AsOf(position),
            RemovedImages = views.RemovedImages.AsOf(position),
            RemovedLayers = views.RemovedLayers.AsOf(position),
            // What ever was is looked for to find its events, and those end at the position.
            ContainersThen = views.ContainersThen,
            LayerUses = new LayerUses(
                ImagesWith: (layer, cancel) =>
                    from images in views.Images.All(then, cancel)
                    from named in views.Tags.All(then, cancel)
                    select images.Filter(image => image.Content.Layers.Exists(l => l.Id == layer)).Map(image => new LayerImage(
                        image.Id, image.Origin, named.Filter(tag => tag.Image == image.Id).Map(tag => tag.Reference).Strict())).Strict(),
                ContainersOn: (images, cancel) => Which(row => images.Contains(row.ImageId), cancel),
                Written: views.LayerUses.Written),
            TagsOfAt = (image, at, cancel) => views.TagsOfAt(image, Math.Min(at, position), cancel),
        };

        EitherAsync<DomainError, Seq<ContainerRow>> Which(Func<ContainerRow, bool> which, CancellationToken cancel) =>
            views.Containers.All(then, cancel).Map(rows => rows.Filter(which).Strict());

        MomentAt Until(MomentAt found) => found with { Position = Math.Min(found.Position, position), Head = position };
    }

    public static EventLog AsOf(this EventLog log, long position) => new(
        Read: (query, each, cancel) => log.Read(query with { UntilPosition = Math.Min(query.UntilPosition ?? position, position) }, each, cancel),
        Head: _ => RightAsync<DomainError, long>(position));

    private static ViewReader<TRow> AsOf<TRow>(this ViewReader<TRow> reader, long position) => new(
        All: (at, cancel) => reader.All(Some(Earlier(at, position)), cancel),
        Keyed: (keys, at, cancel) => reader.Keyed(keys, Some(Earlier(at, position)), cancel),
        Prefixed: (prefix, at, cancel) => reader.Prefixed(prefix, Some(Earlier(at, position)), cancel));

    private static EndedReader<TRow> AsOf<TRow>(this EndedReader<TRow> reader, long position) => new(
        (query, cancel) => reader.Find(query with { AsOf = Some(Earlier(query.AsOf, position)) }, cancel));

    private static long Earlier(Option<long> at, long position) => at.Match(Some: asked => Math.Min(asked, position), None: () => position);
}
