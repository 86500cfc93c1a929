namespace EventDock.Engine;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>A moment as a place in the ledger.</summary>
/// <param name="Position">As of the event there; 0 for before the first.</param>
/// <param name="Clock">The time that ages are counted to.</param>
/// <param name="Late">Events that the clock that was asked for would count otherwise: see <see cref="MomentAt"/>.</param>
public sealed record FoundMoment(long Position, DateTimeOffset Clock, long Late)
{
    /// <summary>The last event of EventDock's up to it, where that had to be read to find the moment.</summary>
    public Option<Recorded<DockEvent>> Event { get; init; }
}

/// <summary>Where a range begins and ends; None for the ledger's own beginning or end.</summary>
/// <param name="After">Itself not within.</param>
public sealed record FoundRange(Option<FoundMoment> After, Option<FoundMoment> Until);

/// <summary>The things whose events <c>@{3}</c> counts.</summary>
/// <param name="What">As it is called in an error.</param>
public sealed record Counted(string What, Seq<string> Streams);

/// <summary>From a moment as it was named to a position.</summary>
public static class FindMoment
{
    /// <summary>No ledger had events before that, and of a number below it nobody says that he meant seconds.</summary>
    private static readonly long FirstSecond = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    /// <summary>Of the year 9998: an id whose time is later is none of EventDock's.</summary>
    private const long LastMillisecond = 253_370_764_800_000;

    /// <summary>Clocks differ, and an id is drawn before its event is recorded.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    /// <param name="occurred">A time is one of when things happened, and not of when they were recorded.</param>
    /// <param name="counted">What <see cref="Moment.Before"/> is about.</param>
    public static EitherAsync<DomainError, FoundMoment> At(
        Ports ports, Moment moment, bool occurred, Option<Counted> counted, CancellationToken cancel) =>
        moment switch
        {
            Moment.At m => Position(ports, m.Position, cancel),
            Moment.Time m => (occurred || m.Occurred ? ports.Views.AtOccurred : ports.Views.At)(m.Instant, cancel)
                .Map(at => new FoundMoment(at.Position, m.Instant, at.Late)),
            Moment.Before m => counted.Match(
                Some: thing => Before(ports, thing, m.Events, cancel),
                None: () => Fail<FoundMoment>(new DomainError.NothingToCount($"@{{{m.Events}}}"))),
            Moment.Event m => from found in ById(ports, m.Id, cancel) select new FoundMoment(found.Position, found.At, 0) { Event = Some(found) },
            Moment.Marked m => Marked(ports, m.Name, cancel),
            _ => throw new System.Diagnostics.UnreachableException($"no position for {moment.GetType().Name}"),
        };

    /// <param name="text"><c>A..B</c>, by recorded time.</param>
    /// <param name="counted">As in <see cref="At"/>.</param>
    public static EitherAsync<DomainError, FoundRange> Range(Ports ports, string text, Option<Counted> counted, CancellationToken cancel)
    {
        return
            from range in MomentText.Range("range", text, ports.World.Wall()).ToAsync()
            from after in Side(range.After)
            from until in Side(range.Until)
            from order in after.Exists(first => until.Exists(last => last.Position < first.Position))
                ? Fail<Unit>(new DomainError.Invalid("range", text, "ends before it begins"))
                : Done
            select new FoundRange(after, until);

        EitherAsync<DomainError, Option<FoundMoment>> Side(Option<Moment> moment) => moment.Match(
            Some: named => At(ports, named, occurred: false, counted, cancel).Map(Some), None: () => Give(Option<FoundMoment>.None));
    }

    private static EitherAsync<DomainError, FoundMoment> Position(Ports ports, long position, CancellationToken cancel) =>
        // What is within the ledger as it was opened is so still.
        from head in position <= ports.Ledger.Head ? Give(ports.Ledger.Head) : ports.Ledger.Log.Head(cancel)
        from there in position >= 1 && position <= head
            ? Done
            : Fail<Unit>(new DomainError.PositionBeyond(position, head, Seconds(position, ports.World.Clock())))
        from newest in Event(ports, position, cancel)
        select new FoundMoment(position, newest.At, 0) { Event = Some(newest) };

    /// <summary>The event at a position, or the last one before it: foreign events are not EventDock's to tell of.</summary>
    public static EitherAsync<DomainError, Recorded<DockEvent>> Event(Ports ports, long position, CancellationToken cancel) =>
        from newest in ports.Ledger.Log.List(LogQuery.All with { UntilPosition = position, Limit = 1 }, cancel)
        from one in newest.HeadOrNone().Match(
            Some: Give, None: () => Fail<Recorded<DockEvent>>(new DomainError.NothingYet()))
        select one;

    private static Option<DateTimeOffset> Seconds(long number, DateTimeOffset now) =>
        number >= FirstSecond && number <= now.ToUnixTimeSeconds() ? Some(DateTimeOffset.FromUnixTimeSeconds(number)) : None;

    private static EitherAsync<DomainError, FoundMoment> Before(Ports ports, Counted thing, int events, CancellationToken cancel) =>
        from head in ports.Ledger.Log.Head(cancel)
        from last in events == 0
            ? Give(Seq<Recorded<DockEvent>>())
            : ports.Ledger.Log.List(LogQuery.All with { Streams = thing.Streams, UntilPosition = head, Limit = events }, cancel)
        from enough in last.Count == events
            ? Done
            : Fail<Unit>(new DomainError.TooFewEvents(thing.What, events, last.Count))
        select last.LastOrNone().Match(
            Some: first => new FoundMoment(first.Position - 1, first.At, 0),
            None: () => new FoundMoment(head, ports.World.Clock(), 0));

    /// <summary>An event's id begins with the time at which it was drawn (RFC 9562, section 5.7), so that few have to be looked at.</summary>
    private static EitherAsync<DomainError, Recorded<DockEvent>> ById(Ports ports, Guid id, CancellationToken cancel)
    {
        var milliseconds = long.Parse(id.ToString("N").AsSpan(0, 12), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (milliseconds > LastMillisecond)
        {
            return Fail<Recorded<DockEvent>>(new DomainError.NoSuchEvent(id));
        }

        var drawn = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        Option<Recorded<DockEvent>> found = None;
        return
            from read in ports.Ledger.Log.Read(
                LogQuery.All with { Since = drawn - Slack, Until = drawn + Slack },
                recorded =>
                {
                    found = recorded.Id == id ? Some(recorded) : found;
                    return unit;
                },
                cancel)
            from one in found.Match(Some: Give, None: () => Fail<Recorded<DockEvent>>(new DomainError.NoSuchEvent(id)))
            select one;
    }

    private static EitherAsync<DomainError, FoundMoment> Marked(Ports ports, string name, CancellationToken cancel) =>
        from past in ports.Store.Past(Streams.Bookmark(name), cancel)
        from position in past.Events.Choose(e => e.Event is BookmarkEvent happened ? Some(happened) : None)
            .Fold(BookmarkDecider.Decider.Initial, BookmarkDecider.Evolve)
            .Match(Some: Give, None: () => Fail<long>(new DomainError.NoSuchBookmark(name)))
        from found in Position(ports, position, cancel)
        select found;
}
