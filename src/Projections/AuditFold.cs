namespace EventDock.Projections;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;

/// <summary>
/// Makes a report of the events of a range, which come one by one, oldest first. It changes in place, and keeps of an operation
/// only so much as a page can show: what a container writes or somebody does ten thousand times is counted.
/// </summary>
/// <param name="before">The containers as they were before the first event.</param>
public sealed class AuditFold(IEnumerable<ContainerRow> before)
{
    /// <summary>So many events of an operation are kept, and so many of the things that they are about.</summary>
    public const int MostEvents = 60, MostSubjects = 24;

    /// <summary>So many of the processes of one container.</summary>
    public const int MostRuns = 100;

    /// <summary>So many files, and so many places of one operation.</summary>
    public const int MostPrograms = 1000, MostPlaces = 24;

    private readonly AuditLives lives = new(before);
    private readonly Dictionary<Guid, Operation> operations = [];
    private readonly List<Operation> order = [];
    private readonly List<AuditedTagMove> tags = [];
    private readonly List<AuditedProgram> programs = [];
    private readonly List<AuditedEvent> refused = [];
    private readonly List<AuditedEvent> ledger = [];
    private long morePrograms;
    private long cutLists;
    private long events;

    /// <summary>What of an event the fold needs: of a list of thousands of paths those of files that can be executed.</summary>
    public static Recorded<DockEvent> Needed(Recorded<DockEvent> recorded) =>
        recorded.Event is LayerWritten written
            ? recorded with { Event = written with { Changes = written.Changes.ToArray().Where(IsProgram).ToSeq().Strict(), Incomplete = Cut(written) } }
            : recorded;

    /// <param name="recorded">As <see cref="Needed"/> gives it.</param>
    public void Take(Recorded<DockEvent> recorded)
    {
        events++;
        lives.Take(recorded);
        var audited = new AuditedEvent(recorded, lives.Known(recorded.Event));
        if (!operations.TryGetValue(recorded.Origin.Command, out var operation))
        {
            operation = new Operation();
            operations.Add(recorded.Origin.Command, operation);
            order.Add(operation);
        }

        operation.Take(audited, lives.Name);
        switch (recorded.Event)
        {
            case Domain.Images.ImageTagged e:
                tags.Add(new AuditedTagMove(recorded.Position, recorded.Occurred, e.Reference, e.Previous, e.Image, recorded.Origin));
                break;
            case Domain.Images.ImageUntagged e:
                tags.Add(new AuditedTagMove(recorded.Position, recorded.Occurred, e.Reference, e.Image, null, recorded.Origin));
                break;
            case LayerWritten e:
                Written(recorded, e);
                break;
            case CommandRefused:
                refused.Add(audited);
                break;
            case Redacted or ForeignEventFound or SegmentEvent or RootAdopted:
                ledger.Add(audited);
                break;
            default:
                break;
        }
    }

    public AuditedRange End() => new(
        order.Select(operation => operation.End()).ToArray(), lives.End(), tags, programs, morePrograms, cutLists, refused, ledger, events);

    private void Written(Recorded<DockEvent> recorded, LayerWritten written)
    {
        cutLists += written.Incomplete is null ? 0 : 1;
        foreach (var change in written.Changes.ToArray())
        {
            if (programs.Count < MostPrograms)
            {
                programs.Add(new AuditedProgram(
                    recorded.Position, recorded.Occurred, written.Id, lives.Name(written.Id), written.Cause, change));
            }
            else
            {
                morePrograms++;
            }
        }
    }

    private static bool IsProgram(PathChange change) => change is { Executable: true, Kind: "A" or "C" };

    /// <summary>Also where more has changed than stands inline.</summary>
    private static string? Cut(LayerWritten written) =>
        written.Incomplete ?? (written.Changes.Count < (long)written.Added + written.Modified + written.Deleted ? "longer than is kept inline" : null);

    /// <summary>One command while it is put together.</summary>
    private sealed class Operation
    {
        private readonly List<PositionRun> positions = [];
        private readonly List<AuditedEvent> kept = [];
        private readonly List<AuditedSubject> on = [];
        private readonly System.Collections.Generic.HashSet<(SubjectKind, string)> subjects = [];
        private readonly List<AuditedPlace> places = [];
        private Origin? origin;
        private DateTimeOffset from;
        private DateTimeOffset until;
        private long count;
        private bool refused;

        public void Take(AuditedEvent audited, Func<string, string> name)
        {
            var e = audited.Event;
            if (origin is null || (origin.Actor.Uid == RedactedForm.Nobody.Uid && e.Origin.Actor.Uid != origin.Actor.Uid))
            {
                origin = e.Origin;
            }

            from = count == 0 || e.Occurred < from ? e.Occurred : from;
            until = count == 0 || e.Occurred > until ? e.Occurred : until;
            count++;
            refused |= e.Event is CommandRefused;
            if (positions.Count > 0 && positions[^1].Last == e.Position - 1)
            {
                positions[^1] = positions[^1] with { Last = e.Position };
            }
            else
            {
                positions.Add(new PositionRun(e.Position, e.Position));
            }

            if (kept.Count < MostEvents)
            {
                kept.Add(audited);
            }

            foreach (var subject in AuditSubjects.Of(e, name))
            {
                if (subjects.Add((subject.Kind, subject.Id)) && on.Count < MostSubjects)
                {
                    on.Add(subject);
                }
            }

            if (places.Count < MostPlaces && AuditSubjects.Place(e.Event, name) is { } place)
            {
                places.Add(place);
            }
        }

        public AuditedOperation End() =>
            new(origin!.Command, origin, count, positions, from, until, kept, on, subjects.Count, places, refused);
    }
}
