namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>Between when events are told of: by recorded time, by position, and by when they happened. All inclusive; null for no bound.</summary>
internal sealed record LogBounds(
    DateTimeOffset? Since, DateTimeOffset? Until, long? First, long? Last, DateTimeOffset? HappenedSince, DateTimeOffset? HappenedUntil)
{
    private static readonly LogBounds Nothing = new(null, null, null, null, null, null);

    /// <summary>Clocks differ: by so much something may be recorded before it happened.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5), Resolution = TimeSpan.FromMicroseconds(1);

    public bool Begins => Since is not null || First is not null;

    public bool Ends => Until is not null || Last is not null;

    /// <summary>What AFTER..UNTIL says, and --since and --until where there are those; with --occurred of the times among them.</summary>
    public static EitherAsync<DomainError, LogBounds> Of(
        string? since, string? until, Option<string> span, bool occurred, Ports ports, CancellationToken cancel)
    {
        var clock = ports.World.Wall();
        return
            from after in Named("--since", since, clock).ToAsync()
            from before in Named("--until", until, clock).ToAsync()
            from range in span.Match(Some: text => MomentText.Range("range", text, clock), None: () => new MomentRange(None, None)).ToAsync()
            from times in !occurred || Seq(after, before, range.After, range.Until).Exists(m => m.Exists(moment => moment is Moment.Time))
                ? Done
                : Fail<Unit>(new DomainError.FlagNeeds("--occurred", "a time"))
            from one in Start(after, occurred, false, ports, cancel)
            from two in Start(range.After, occurred, true, ports, cancel)
            from three in End(before, occurred, ports, cancel)
            from four in End(range.Until, occurred, ports, cancel)
            select one.And(two).And(three).And(four);
    }

    private static Either<DomainError, Option<Moment>> Named(string flag, string? text, LocalClock clock) =>
        text is null ? Right<DomainError, Option<Moment>>(None) : MomentText.Parse(flag, text, clock).Map(Some);

    /// <param name="exclusive">What came after it, as in a range.</param>
    private static EitherAsync<DomainError, LogBounds> Start(
        Option<Moment> moment, bool occurred, bool exclusive, Ports ports, CancellationToken cancel) =>
        moment.Match(
            Some: named => named switch
            {
                Moment.Time m when occurred => Give(Nothing with
                {
                    Since = m.Instant - Slack,
                    HappenedSince = exclusive ? m.Instant + Resolution : m.Instant,
                }),
                Moment.Time m when !exclusive => Give(Nothing with { Since = m.Instant }),
                Moment.At m when !exclusive => Give(Nothing with { First = m.Position }),
                _ => FindMoment.At(ports, named, occurred: false, None, cancel)
                    .Map(found => Nothing with { First = exclusive ? found.Position + 1 : found.Position }),
            },
            None: () => Give(Nothing));

    private static EitherAsync<DomainError, LogBounds> End(Option<Moment> moment, bool occurred, Ports ports, CancellationToken cancel) =>
        moment.Match(
            Some: named => named switch
            {
                Moment.Time m when occurred => FindMoment.At(ports, named, occurred, None, cancel)
                    .Map(found => Nothing with { Last = found.Position, HappenedUntil = m.Instant }),
                Moment.Time m => Give(Nothing with { Until = m.Instant }),
                _ => FindMoment.At(ports, named, occurred: false, None, cancel).Map(found => Nothing with { Last = found.Position }),
            },
            None: () => Give(Nothing));

    private LogBounds And(LogBounds other) => new(
        Later(Since, other.Since), Earlier(Until, other.Until),
        First is { } a && other.First is { } b ? Math.Max(a, b) : First ?? other.First,
        Last is { } c && other.Last is { } d ? Math.Min(c, d) : Last ?? other.Last,
        Later(HappenedSince, other.HappenedSince), Earlier(HappenedUntil, other.HappenedUntil));

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) =>
        one is { } a && other is { } b ? (a > b ? a : b) : one ?? other;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is { } a && other is { } b ? (a < b ? a : b) : one ?? other;
}
