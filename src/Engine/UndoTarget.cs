namespace EventDock.Engine;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;
using EventDock.Domain.Undo;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>Which command is to be undone: all of its events, the oldest first.</summary>
internal static class UndoTarget
{
    /// <summary>So many events are looked at in one go for the last command.</summary>
    private const int Page = 200;

    /// <summary>Clocks differ, and an id is drawn before the first event is recorded.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    /// <param name="text">A command's id, an event's, or any moment: the command of the event there; None: the last that is not undone.</param>
    /// <param name="isPersons">A command line that somebody has given, and not one part of EventDock another.</param>
    public static EitherAsync<DomainError, Seq<Recorded<DockEvent>>> Find(
        Ports ports, Option<string> text, Func<Seq<string>, bool> isPersons, CancellationToken cancel) =>
        text.Match(Some: given => Named(ports, given, cancel), None: () => Last(ports, isPersons, cancel));

    private static EitherAsync<DomainError, Seq<Recorded<DockEvent>>> Named(Ports ports, string text, CancellationToken cancel) =>
        from command in Guid.TryParseExact(text, "D", out var id) ? Of(ports, id, cancel) : Give(Seq<Recorded<DockEvent>>())
        from events in command.IsEmpty ? OfEvent(ports, text, cancel) : Give(command)
        select events;

    private static EitherAsync<DomainError, Seq<Recorded<DockEvent>>> OfEvent(Ports ports, string text, CancellationToken cancel) =>
        from moment in MomentText.Parse("event", text, ports.World.Wall()).ToAsync()
        from at in FindMoment.At(ports, moment, occurred: false, None, cancel)
        from one in FindMoment.Event(ports, at.Position, cancel)
        from events in Of(ports, one.Origin.Command, cancel)
        select events;

    /// <summary>A command's id begins with the time at which it was drawn (RFC 9562, section 5.7): its events are later.</summary>
    public static EitherAsync<DomainError, Seq<Recorded<DockEvent>>> Of(Ports ports, Guid command, CancellationToken cancel)
    {
        var milliseconds = long.Parse(command.ToString("N").AsSpan(0, 12), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var query = LogQuery.All with { Command = command };
        return ports.Ledger.Log
            .List(
                command.Version == 7 && milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                    ? query with { Since = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) - Slack }
                    : query,
                cancel)
            .Map(events => events.Rev().ToSeq().Strict());
    }

    private static EitherAsync<DomainError, Seq<Recorded<DockEvent>>> Last(Ports ports, Func<Seq<string>, bool> isPersons, CancellationToken cancel)
    {
        return Walk().ToAsync();

        async Task<Either<DomainError, Seq<Recorded<DockEvent>>>> Walk()
        {
            var seen = new System.Collections.Generic.HashSet<Guid>();
            var until = long.MaxValue;
            while (true)
            {
                var read = await ports.Ledger.Log.List(LogQuery.All with { UntilPosition = until, Limit = Page }, cancel).ToEither();
                if (read.IsLeft)
                {
                    return read;
                }

                var page = read.IfLeft(Seq<Recorded<DockEvent>>());
                foreach (var recorded in page.Where(e => isPersons(e.Origin.Line) && seen.Add(e.Origin.Command)))
                {
                    var whole = await Eligible(ports, recorded.Origin.Command, cancel).ToEither();
                    if (whole.Match(Right: events => !events.IsEmpty, Left: _ => true))
                    {
                        return whole;
                    }
                }

                if (page.Count < Page)
                {
                    return new DomainError.NoCommandToUndo();
                }

                until = page[^1].Position - 1;
            }
        }
    }

    /// <summary>Empty for what is passed over: what has been undone, the undoing of something, and what has changed nothing.</summary>
    private static EitherAsync<DomainError, Seq<Recorded<DockEvent>>> Eligible(Ports ports, Guid command, CancellationToken cancel) =>
        from events in Of(ports, command, cancel)
        from undone in events.Exists(e => e.Event is CommandUndone) || UndoPlan.IsObserved(events)
            ? Give(true)
            : IsUndone(ports, command, cancel)
        select undone ? Seq<Recorded<DockEvent>>() : events;

    public static EitherAsync<DomainError, bool> IsUndone(Ports ports, Guid command, CancellationToken cancel) =>
        from undoer in UndoneBy(ports, Seq1(command), cancel)
        select LaterEvents.IsUndone(command, undoer);

    /// <summary>By which command each of these was undone the last time, and those in their turn.</summary>
    public static EitherAsync<DomainError, Func<Guid, Option<Guid>>> UndoneBy(Ports ports, Seq<Guid> commands, CancellationToken cancel)
    {
        return Walk().ToAsync();

        async Task<Either<DomainError, Func<Guid, Option<Guid>>>> Walk()
        {
            var known = new Dictionary<Guid, Guid>();
            var left = new Queue<Guid>(commands);
            while (left.TryDequeue(out var next))
            {
                var past = await ports.Store.Read(Streams.Command(next), cancel).ToEither();
                if (past.IsLeft)
                {
                    return past.Map<Func<Guid, Option<Guid>>>(_ => _ => None);
                }

                past.IfLeft(Seq<Recorded<DockEvent>>()).Filter(e => e.Event is CommandUndone).LastOrNone().IfSome(undone =>
                {
                    known[next] = undone.Origin.Command;
                    left.Enqueue(undone.Origin.Command);
                });
            }

            return new Func<Guid, Option<Guid>>(command => known.TryGetValue(command, out var by) ? Some(by) : None);
        }
    }
}
