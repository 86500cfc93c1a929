namespace EventDock.Domain.Kernel;

/// <summary>What deciding again needs from outside.</summary>
/// <param name="Alone">
/// Waits, at most the given time, until this is the only command that retries on the stream; disposing lets the next one on.
/// Error: Conflict, when the time is over.
/// </param>
/// <param name="Pause">Waits a random while before the given try (2, 3 …).</param>
/// <param name="Elapsed">The time since some fixed moment.</param>
public sealed record Retries(
    Func<string, TimeSpan, CancellationToken, EitherAsync<DomainError, IAsyncDisposable>> Alone,
    Func<int, CancellationToken, Task> Pause,
    Func<TimeSpan> Elapsed);

/// <summary>A race lost to another command is run again: all of it, the reading and the deciding, too.</summary>
public static class Retry
{
    /// <summary>So long after the first try has lost, the conflict is shown.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Runs the attempt until it ends in anything but a Conflict. From the second try on it holds the lock of the stream
    /// it lost on, so that of many losers one at a time tries again, and each of them gets its turn.
    /// </summary>
    public static EitherAsync<DomainError, T> OnConflict<T>(
        this Retries retries, Func<EitherAsync<DomainError, T>> attempt, CancellationToken cancel) =>
        RunAsync(retries, attempt, cancel).ToAsync();

    private static async Task<Either<DomainError, T>> RunAsync<T>(
        Retries retries, Func<EitherAsync<DomainError, T>> attempt, CancellationToken cancel)
    {
        var last = await attempt().ToEither();
        // However long the first try took (it may have waited for a pull, or a slow disk): its loser gets its turn all the same.
        var start = retries.Elapsed();
        for (var next = 2; Lost(last) is { } stream; next++)
        {
            await retries.Pause(next, cancel);
            var left = Longest - (retries.Elapsed() - start);
            if (left <= TimeSpan.Zero)
            {
                return last;
            }

            var taken = await retries.Alone(stream, left, cancel).ToEither();
            if (taken.MatchUnsafe<IAsyncDisposable?>(Right: held => held, Left: _ => null) is not { } alone)
            {
                return taken.Map<T>(_ => throw new System.Diagnostics.UnreachableException("a held lock is not an error"));
            }

            await using (alone)
            {
                last = await attempt().ToEither();
            }
        }

        return last;
    }

    private static string? Lost<T>(Either<DomainError, T> result) =>
        result.MatchUnsafe<string?>(Right: _ => null, Left: error => error is DomainError.Conflict lost ? lost.Stream : null);
}
