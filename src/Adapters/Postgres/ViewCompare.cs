namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;

internal static class ViewCompare
{
    public static Task<Either<DomainError, Seq<ViewDifference>>> RunAsync(
        Database database, Option<long> at, int most, Action<BuildProgress> told, CancellationToken cancel) =>
        throw new System.NotImplementedException();
}
