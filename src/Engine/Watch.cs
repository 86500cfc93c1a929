namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <param name="From">The first position.</param>
/// <param name="Until">The end, in time; None for none.</param>
public sealed record Watched(long From, Option<DateTimeOffset> Until)
{
    /// <summary>The last position, where the end is known before it begins.</summary>
    public Option<long> Last { get; init; }
}

/// <summary>
/// <c>eventdock events</c>: the ledger read forwards in docker's words, and on as it grows. Who reads slowly holds nobody up and loses
/// nothing: what he has not read yet stands in the ledger.
/// </summary>
public sealed class Watch(Ports ports, Watched watched, Func<DockerEvent, Unit> each, Action<Option<DomainError>> flush)
{
    private const int Chunk = 5_000;

    /// <summary>Far more than a busy host has at work; what is forgotten is looked up again.</summary>
    private const int MostKnown = 10_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), Outage = TimeSpan.FromSeconds(1);

    /// <summary>An append that was about to be stamped when the end came has come through by then.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, EventFace> known = new(StringComparer.Ordinal);
    private Guid arrived;
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
                var read = await (from last in Last(over, cancel) from told in Tell(last, cancel) select told).ToEither();
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

    private EitherAsync<DomainError, long> Last(bool over, CancellationToken cancel) =>
        watched.Last.IsSome ? Give(watched.Last.IfNone(0))
        : over ? watched.Until.Match(
                Some: until => ports.Views.At(until, cancel).Map(at => at.Position), None: () => Give(0L))
        : ports.Ledger.Log.Head(cancel);

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
                    new LogQuery(Seq<string>(), Seq<string>(), DockerEvents.Kinds, null, null, next, to, null),
                    recorded =>
                    {
                        events.Add(recorded);
                        return unit;
                    },
                    cancel).ToEither();
                for (var n = events.Count - 1; read.IsRight && n >= 0; n--)
                {
                    read = await One(events[n], cancel).ToEither();
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

    private EitherAsync<DomainError, Unit> One(Recorded<DockEvent> recorded, CancellationToken cancel) =>
        // An image that comes with its names is told of as one thing.
        IsNameOfArrived(recorded)
            ? Done
            : from faces in DockerEvents.Known(recorded.Event).InTurn(stream => Face(stream, recorded, cancel))
              let told = DockerEvents.Of(recorded, faces.HeadOrNone().IfNone(EventFace.Unknown), faces.LastOrNone().IfNone(EventFace.Unknown))
              let all = told.Map(each).Strict()
              select Keep(recorded);

    private bool IsNameOfArrived(Recorded<DockEvent> recorded)
    {
        arrived = recorded.Event is ImagePulled or ImageLoaded ? recorded.Origin.Command : arrived;
        return recorded.Event is ImageTagged && recorded.Origin.Command == arrived;
    }

    /// <summary>What is known of a stream's thing before an event.</summary>
    private EitherAsync<DomainError, EventFace> Face(string stream, Recorded<DockEvent> of, CancellationToken cancel) =>
        from face in known.TryGetValue(stream, out var before) ? Give(before)
            : stream == of.Stream && of.Version == 1 ? Give(EventFace.Unknown)
            : ports.Store.Read(stream, cancel).Map(past => EventFace.Of(past.Filter(e => e.Position < of.Position).Map(e => e.Event)))
        select Kept(stream, face);

    private EventFace Kept(string stream, EventFace face) => known[stream] = face;

    private Unit Keep(Recorded<DockEvent> recorded)
    {
        if (known.Count > MostKnown)
        {
            known.Clear();
        }
        else if (known.TryGetValue(recorded.Stream, out var face))
        {
            known[recorded.Stream] = face.After(recorded.Event);
        }

        return unit;
    }
}
