namespace EventDock.Tests.Properties;

using EventDock.Domain.Kernel;

/// <summary>What is done about a lost race, with a clock and a lock of the test's own.</summary>
public sealed class RetryTests
{
    private readonly List<string> seen = [];
    private TimeSpan now = TimeSpan.Zero;

    [Fact]
    public async Task A_race_that_is_won_takes_no_lock_and_no_pause()
    {
        Assert.Equal(1, CodecSamples.Right(await RunAsync(1)));
        Assert.Equal(["try"], seen);
    }

    [Fact]
    public async Task From_the_second_try_on_the_streams_lock_is_held_and_given_back_each_time()
    {
        Assert.Equal(3, CodecSamples.Right(await RunAsync(3)));
        Assert.Equal(["try", "pause 2", "lock s", "try", "unlock", "pause 3", "lock s", "try", "unlock"], seen);
    }

    [Fact]
    public async Task After_two_seconds_the_conflict_is_shown()
    {
        Assert.Equal(new DomainError.Conflict("s"), CodecSamples.Left(await RunAsync(1000)));
        // The first try, which does not count, and the last, which began in time.
        Assert.InRange(now, Retry.Longest, Retry.Longest + TimeSpan.FromSeconds(0.3));
        Assert.Equal(seen.Count(s => s == "lock s"), seen.Count(s => s == "unlock"));
    }

    [Fact]
    public async Task A_first_try_that_was_slow_is_tried_again_all_the_same()
    {
        var tries = 0;
        var result = await Ports().OnConflict(
            () =>
            {
                now += Retry.Longest;
                return ++tries == 2 ? RightAsync<DomainError, int>(tries) : LeftAsync<DomainError, int>(new DomainError.Conflict("s"));
            },
            default).ToEither();
        Assert.Equal(2, CodecSamples.Right(result));
        Assert.Equal(["pause 2", "lock s", "unlock"], seen);
    }

    [Fact]
    public async Task Another_error_is_shown_at_once()
    {
        var result = await Ports().OnConflict(() => LeftAsync<DomainError, int>(new DomainError.NoSuchImage("i")), default).ToEither();
        Assert.Equal(new DomainError.NoSuchImage("i"), CodecSamples.Left(result));
        Assert.Empty(seen);
    }

    [Fact]
    public async Task A_lock_that_is_not_given_in_time_is_the_conflict()
    {
        var ports = Ports() with { Alone = (stream, _, _) => LeftAsync<DomainError, IAsyncDisposable>(new DomainError.Conflict(stream)) };
        var result = await ports.OnConflict(() => LeftAsync<DomainError, int>(new DomainError.Conflict("s")), default).ToEither();
        Assert.Equal(new DomainError.Conflict("s"), CodecSamples.Left(result));
        Assert.Equal(["pause 2"], seen);
    }

    /// <summary>An attempt that loses until the given one; each takes 100 ms.</summary>
    private Task<Either<DomainError, int>> RunAsync(int winner)
    {
        var tries = 0;
        return Ports().OnConflict(
            () =>
            {
                seen.Add("try");
                now += TimeSpan.FromMilliseconds(100);
                return ++tries == winner
                    ? RightAsync<DomainError, int>(tries)
                    : LeftAsync<DomainError, int>(new DomainError.Conflict("s"));
            },
            default).ToEither();
    }

    private Retries Ports() => new(
        Alone: (stream, longest, _) =>
        {
            Assert.InRange(longest, TimeSpan.FromTicks(1), Retry.Longest);
            seen.Add($"lock {stream}");
            return RightAsync<DomainError, IAsyncDisposable>(new Held(seen));
        },
        Pause: (next, _) =>
        {
            seen.Add($"pause {next}");
            return Task.CompletedTask;
        },
        Elapsed: () => now);

    private sealed class Held(List<string> seen) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            seen.Add("unlock");
            return ValueTask.CompletedTask;
        }
    }
}
