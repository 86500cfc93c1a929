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
/// <param name="Paths">With the paths that a LayerWritten lists; where a filter alone needs them, the query has them, and the event told has not.</param>
public sealed record LogWanted(LogQuery Query, LogFilters Filters, bool Names, bool Rows, bool Paths);

/// <summary>
/// <c>eventdock log</c>: events newest first, some at a time, so that neither the log nor a view is ever in memory as a whole. Where
/// records of thin layers are told with their paths, those count: one of them may be as large as thousands of other events.
/// </summary>
public static class ReadLog
{
    /// <summary>A screen at first, which is there at once; then more and more.</summary>
    private const int FirstChunk = 64, MostChunk = 4096, Growth = 4;

    /// <summary>No more are asked for at a time where they may be so long; with so many paths a chunk ends before its end.</summary>
    private const int MostLong = 512, MostPaths = 20_000;

    /// <param name="each">An error that it comes to ends the reading.</param>
    public static EitherAsync<DomainError, Unit> NewestFirst(
        Ports ports, LogWanted wanted, Func<LogEntry, Either<DomainError, Unit>> each, CancellationToken cancel)
    {
        return Walk().ToAsync();

        async Task<Either<DomainError, Unit>> Walk()
        {
            var (left, chunk, until) = (wanted.Query.Limit ?? int.MaxValue, FirstChunk, wanted.Query.UntilPosition);
            var most = wanted.Query.WithPaths ? MostLong : MostChunk;
            while (left > 0)
            {
                var size = wanted.Filters.IsEmpty ? Math.Min(chunk, left) : chunk;
                var portion = new Portion(wanted);
                var told = await (
                    from read in ports.Ledger.Log.Read(wanted.Query with { UntilPosition = until, Limit = size }, portion.Take, cancel)
                    from entries in Entries(ports, wanted, portion.Taken.Take(left).ToArray().ToSeq(), cancel)
                    from all in entries.All(each).ToAsync()
                    select entries.Count).ToEither();
                if (told.IsLeft || portion.IsLast(size))
                {
                    return told.Map(_ => unit);
                }

                left -= told.IfLeft(0);
                (chunk, until) = (portion.Next(chunk, most), portion.Last - 1);
            }

            return unit;
        }
    }

    /// <summary>What one look at the ledger brings.</summary>
    private sealed class Portion(LogWanted wanted)
    {
        private int count, paths;
        private bool full;

        /// <summary>Those that are told.</summary>
        public List<Recorded<DockEvent>> Taken { get; } = [];

        /// <summary>The position of the last that was looked at.</summary>
        public long Last { get; private set; }

        public Unit Take(Recorded<DockEvent> recorded)
        {
            // What comes after them is asked for again.
            full = full || paths >= MostPaths;
            if (full)
            {
                return unit;
            }

            (count, Last) = (count + 1, recorded.Position);
            if (wanted.Filters.Takes(recorded))
            {
                Taken.Add(wanted.Paths ? recorded : LayerWritten.WithoutPaths(recorded));
                paths += (Taken[^1].Event as LayerWritten)?.Changes.Count ?? 0;
            }

            return unit;
        }

        /// <summary>There is nothing older.</summary>
        public bool IsLast(int asked) => Last <= 1 || (!full && count < asked);

        /// <summary>How many to ask for next: more, unless these were long.</summary>
        public int Next(int asked, int most) => full ? count : Math.Min(paths > MostPaths / Growth ? asked : asked * Growth, most);
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
