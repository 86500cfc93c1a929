namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <param name="From">The first position.</param>
/// <param name="Until">The end, in time; None for none.</param>
public sealed record Watched(long From, Option<DateTimeOffset> Until)
{
    /// <summary>The last position; None: on as the ledger grows.</summary>
    public Option<long> Last { get; init; }
}

/// <summary>
/// The ledger read forwards, by position, and on as it grows. Who reads slowly holds nobody up and loses nothing: what he has not read yet
/// stands in the ledger. Where the server is away it waits until it is back, and goes on where it was.
/// </summary>
/// <param name="query">Which events; its bounds in positions are this reader's own.</param>
/// <param name="each">What is done with one; where that has failed, it is given the same one again.</param>
/// <param name="flush">After each look at the ledger; with the error where it could not be reached.</param>
public sealed class Follow(
    Ports ports, Watched watched, LogQuery query, Func<Recorded<DockEvent>, CancellationToken, EitherAsync<DomainError, Unit>> each,
    Action<Option<DomainError>> flush)
{
    private const int Chunk = 5_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), Outage = TimeSpan.FromSeconds(1);

    /// <summary>An append that was about to be stamped when the end came has come through by then.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(200);

    private long next = watched.From;

    /// <summary>Until its end, or until it is called off.</summary>
    public EitherAsync<DomainError, Unit> Run(CancellationToken cancel)
    {
        return Loop().ToAsync();

        async Task<Either<DomainError, Unit>> Loop()
        {
            while (true)
            {
                var over = watched.Last.IsSome || watched.Until.Exists(until => ports.World.Clock() >= until + Settled);
                var read = await (from last in Last(cancel) from told in Tell(last, cancel) select told).ToEither();
                var lost = read.Match(Right: _ => Option<DomainError>.None, Left: error => Some(error));
                if (lost.Exists(error => error is not DomainError.LedgerUnreachable))
                {
                    return read;
                }

                // A server that is started anew goes on where it was, and so does this.
                flush(lost);
                if (over && lost.IsNone)
                {
                    return unit;
                }

                await Task.Delay(lost.IsSome ? Outage : Pause, cancel).ConfigureAwait(false);
            }
        }
    }

    private EitherAsync<DomainError, long> Last(CancellationToken cancel) =>
        watched.Last.Match(
            Some: Give,
            None: () => watched.Until.Match(
                Some: until => ports.Views.At(until, cancel).Map(at => at.Position), None: () => ports.Ledger.Log.Head(cancel)));

    /// <summary>A chunk at a time: the log is read newest first.</summary>
    private EitherAsync<DomainError, Unit> Tell(long last, CancellationToken cancel)
    {
        return Walk().ToAsync();

        async Task<Either<DomainError, Unit>> Walk()
        {
            while (next <= last)
            {
                var to = Math.Min(last, next + Chunk - 1);
                var events = new List<Recorded<DockEvent>>();
                var read = await ports.Ledger.Log.Read(
                    query with { SincePosition = next, UntilPosition = to, Limit = null },
                    recorded =>
                    {
                        events.Add(recorded);
                        return unit;
                    },
                    cancel).ToEither();
                for (var n = events.Count - 1; read.IsRight && n >= 0; n--)
                {
                    read = await each(events[n], cancel).ToEither();
                    next = read.IsRight ? events[n].Position + 1 : next;
                }

                if (read.IsLeft)
                {
                    return read;
                }

                next = to + 1;
            }

            return unit;
        }
    }
}
