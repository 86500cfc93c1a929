namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>Views that cannot be used: every question is answered with why.</summary>
internal static class RefusedViews
{
    public static Views Create(DomainError why)
    {
        return new Views(
            Reader<ContainerRow>(), Reader<ImageRow>(), Reader<TagRow>(), Reader<LayerRow>(), Reader<BuildStepRow>(),
            (_, _) => Refused<Option<ImageRow>>(),
            (_, _) => Refused<Option<ContainerRow>>(),
            (_, _) => Refused<Seq<ContainerRow>>(),
            (_, _) => Refused<Seq<ContainerRow>>(),
            _ => Refused<Seq<ContainerRow>>(),
            (_, _) => Refused<Seq<TagRow>>(),
            (_, _) => Refused<Seq<string>>(),
            (_, _) => Refused<MomentAt>(),
            _ => Refused<Option<RootRow>>())
        {
            Roots = Reader<RootRow>(),
            ContainerNamedAt = (_, _, _) => Refused<Option<ContainerRow>>(),
            TagsOfAt = (_, _, _) => Refused<Seq<TagRow>>(),
            RemovedContainers = Ended<ContainerRow>(),
            RemovedImages = Ended<ImageRow>(),
            RemovedLayers = Ended<LayerRow>(),
            AtOccurred = (_, _) => Refused<MomentAt>(),
            ContainersThen = (_, _) => Refused<Seq<Option<ContainerThen>>>(),
            LayerUses = new LayerUses(
                (_, _) => Refused<Seq<LayerImage>>(), (_, _) => Refused<Seq<ContainerRow>>(), (_, _, _) => Refused<Seq<WrittenPath>>()),
        };

        ViewReader<TRow> Reader<TRow>() => new(
            (_, _) => Refused<Seq<TRow>>(), (_, _, _) => Refused<Seq<TRow>>(), (_, _, _) => Refused<Seq<TRow>>());

        EndedReader<TRow> Ended<TRow>() => new((_, _) => Refused<Seq<Ended<TRow>>>());

        EitherAsync<DomainError, T> Refused<T>() => LeftAsync<DomainError, T>(why);
    }
}
