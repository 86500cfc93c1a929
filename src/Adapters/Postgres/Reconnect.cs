namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;

/// <summary>What comes before another try, where a connection was lost.</summary>
/// <param name="wake">Starts the server, where it is ours to start.</param>
internal sealed class Reconnect(Database database, Func<CancellationToken, EitherAsync<DomainError, Unit>> wake)
{
    /// <summary>How long what was cut off is tried again. A server that was killed is up again by then.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Other idle connections to a server that has ended are as dead; and it is started where it is ours to start.</summary>
    public async Task BeforeAsync(int next, CancellationToken cancel)
    {
        database.Source.Clear();
        await PostgresRetries.PauseAsync(next, cancel);
        // Where it does not start, the next try says so better.
        await wake(cancel).ToEither();
    }
}
