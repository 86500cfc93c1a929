namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>eventdock events</c>: the ledger read forwards in docker's words, and on as it grows. Who reads slowly holds nobody up and loses
/// nothing: what he has not read yet stands in the ledger.
/// </summary>
public sealed class Watch(Ports ports, Watched watched, Func<DockerEvent, Unit> each, Action<Option<DomainError>> flush)
{
    /// <summary>Far more than a busy host has at work; what is forgotten is looked up again.</summary>
    private const int MostKnown = 10_000;

    private readonly Dictionary<string, EventFace> known = new(StringComparer.Ordinal);
    private Guid arrived;

    /// <summary>Until its end, or until it is called off.</summary>
    public EitherAsync<DomainError, Unit> Run(CancellationToken cancel) =>
        new Follow(ports, watched, LogQuery.All with { Types = DockerEvents.Kinds }, One, flush).Run(cancel);

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
