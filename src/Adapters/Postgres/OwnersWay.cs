namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;

/// <summary>A way in that few commands need: it is opened for one piece of work, and closed behind it.</summary>
internal static class OwnersWay
{
    public static EitherAsync<DomainError, T> With<T>(this Func<Database> owner, Func<Database, Task<Either<DomainError, T>>> work)
    {
        return Run().ToAsync();

        async Task<Either<DomainError, T>> Run()
        {
            var database = owner();
            await using (database.Source)
            {
                return await work(database);
            }
        }
    }
}
