namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>An event with what is needed to tell of it.</summary>
/// <param name="Container">The container that it is about, as of the event; None where it is about none, or nothing is known of it.</param>
/// <param name="Rows">What it changed in each view, where that was asked for.</param>
public sealed record LogEntry(Recorded<DockEvent> Event, Option<ContainerThen> Container, Seq<ShownRow> Rows);

/// <summary>Which events, and how much of each.</summary>
/// <param name="Query">What the ledger itself is asked; its limit is one of events told.</param>
/// <param name="Filters">What of its answer is told.</param>
/// <param name="Names">With what containers were called.</param>
/// <param name="Rows">With what changed in the views.</param>
public sealed record LogWanted(LogQuery Query, LogFilters Filters, bool Names, bool Rows);

/// <summary><c>eventdock log</c>: events newest first, some at a time, so that neither the log nor a view is ever in memory as a whole.</summary>
public static class ReadLog
{
    /// <summary>A screen at first, which is there at once; then more and more.</summary>
    private const int FirstChunk = 64, MostChunk = 4096, Growth = 4;

    /// <param name="each">An error that it comes to ends the reading.</param>
    public static EitherAsync<DomainError, Unit> NewestFirst(
        Ports ports, LogWanted wanted, Func<LogEntry, Either<DomainError, Unit>> each, CancellationToken cancel)
    {
        return Walk().ToAsync();

        async Task<Either<DomainError, Unit>> Walk()
        {
            var (left, chunk, until) = (wanted.Query.Limit ?? int.MaxValue, FirstChunk, wanted.Query.UntilPosition);
            while (left > 0)
            {
                var size = wanted.Filters.IsEmpty ? Math.Min(chunk, left) : chunk;
                var read = await (
                    from events in ports.Ledger.Log.List(wanted.Query with { UntilPosition = until, Limit = size }, cancel)
                    from entries in Entries(ports, wanted, events.Filter(wanted.Filters.Takes).Take(left).Strict(), cancel)
                    select (events, entries)).ToEither();
                var told = read.Bind(found => found.entries.All(each));
                var (count, last) = read.Match(
                    Right: found => (found.events.Count, found.events.LastOrNone().Map(e => e.Position).IfNone(0)), Left: _ => (0, 0L));
                if (told.IsLeft || count < size || last <= 1)
                {
                    return told.Map(_ => unit);
                }

                left -= read.Match(Right: found => found.entries.Count, Left: _ => 0);
                (chunk, until) = (Math.Min(chunk * Growth, MostChunk), last - 1);
            }

            return unit;
        }
    }

    /// <summary>Events with what is needed to tell of them.</summary>
    public static EitherAsync<DomainError, Seq<LogEntry>> Entries(
        Ports ports, LogWanted wanted, Seq<Recorded<DockEvent>> events, CancellationToken cancel) =>
        from names in wanted.Names ? Names(ports, events, cancel) : Give(events.Map(_ => Option<ContainerThen>.None).Strict())
        from rows in wanted.Rows
            ? events.InTurn(recorded => ShowEvent.Rows(ports, recorded, cancel))
            : Give(events.Map(_ => Seq<ShownRow>()).Strict())
        select events.Select((recorded, n) => new LogEntry(recorded, names[n], rows[n])).ToArray().ToSeq();

    /// <summary>The log can be read where the views cannot; containers are called by their ids then.</summary>
    private static EitherAsync<DomainError, Seq<Option<ContainerThen>>> Names(
        Ports ports, Seq<Recorded<DockEvent>> events, CancellationToken cancel)
    {
        var asked = events.Choose(e => About(e.Event).Map(id => (Id: id, e.Position))).ToArray().ToSeq();
        return
            from found in asked.IsEmpty
                ? Give(Seq<Option<ContainerThen>>())
                : ports.Views.ContainersThen(asked, cancel).Recover(error => error is DomainError.LedgerUnreachable
                    ? None
                    : Some(Give(asked.Map(_ => Option<ContainerThen>.None).Strict())))
            let known = asked.Select((a, n) => (a.Position, Then: found[n])).ToDictionary(k => k.Position, k => k.Then)
            select events.Map(e => known.TryGetValue(e.Position, out var then) ? then : None).Strict();
    }

    private static Option<string> About(DockEvent happened) => happened switch
    {
        ContainerEvent e => Some(e.Id.Value),
        ExecEvent e => Some(e.Container.Value),
        LayerEvent e => Some(e.Id),
        _ => None,
    };
}
