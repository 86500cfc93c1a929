namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>The views built anew, summed and compared.</summary>
internal static class PostgresViewCare
{
    public static ViewCare Create(Database database) => new(
        Rebuild: (names, told, cancel) =>
            from views in Chosen(names).ToAsync()
            from built in ViewBuild.RunAsync(database, views, BuildPace.Usual, told, cancel).ToAsync()
            select built,
        Sums: (at, cancel) => ViewSums.RunAsync(database, at, cancel).ToAsync(),
        Compare: (at, most, told, cancel) => ViewCompare.RunAsync(database, at, most, told, cancel).ToAsync())
    {
        Stops = cancel => ViewStops.AllAsync(database, cancel).ToAsync(),
    };

    private static Either<DomainError, Seq<AnyProjection>> Chosen(Seq<string> names) =>
        names.IsEmpty
            ? AllViews.Projections
            : names.Distinct().ToSeq().All(name => AllViews.Projections.Find(v => v.Name == name).ToEither<DomainError>(() =>
                new DomainError.Invalid("view", name, $"the views are {string.Join(", ", AllViews.Projections.Map(v => v.Name))}")));
}
