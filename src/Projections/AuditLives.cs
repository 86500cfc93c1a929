namespace EventDock.Projections;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>The lives of containers within a range, put together from its events.</summary>
internal sealed class AuditLives
{
    private readonly Dictionary<string, Life> lives = new(StringComparer.Ordinal);
    private readonly List<Life> order = [];

    public AuditLives(IEnumerable<ContainerRow> before)
    {
        foreach (var row in before.OrderBy(row => row.Created))
        {
            var life = Begin(row.Id, row.Name, row.Image, row.ImageId, null, row.Created, row.Settings);
            if (row.StartedAt is { } started)
            {
                life.Runs.Add(new AuditedRun(
                    started, row.FinishedAt, row.FinishedAt is null ? null : row.ExitCode, row.OutOfMemory, null));
                life.RunCount++;
            }
        }
    }

    /// <summary>A container's name; the short id of one that nothing is known of.</summary>
    public string Name(string id) => lives.TryGetValue(id, out var life) ? life.Name : AuditSubjects.Short(id);

    /// <summary>What is known of the container that an event is about.</summary>
    public ContainerThen? Known(DockEvent happened) =>
        (happened switch
        {
            ContainerEvent e => e.Id.Value,
            ExecEvent e => e.Container.Value,
            LayerCreated e => e.Container,
            LayerEvent e => e.Id,
            _ => null,
        }) is { } id && lives.TryGetValue(id, out var life)
            ? new ContainerThen(life.Name, life.Runs.Count > 0 ? life.Runs[^1].Started : null)
            : null;

    public void Take(Recorded<DockEvent> recorded)
    {
        switch (recorded.Event)
        {
            case ContainerCreated e:
                Begin(e.Id, e.Name, e.Image, e.ImageId, recorded.Origin, recorded.Occurred, e.Settings);
                break;
            case ContainerRestored e:
                Again(e, recorded);
                break;
            case ContainerEvent e when lives.TryGetValue(e.Id.Value, out var life):
                life.Take(e, recorded.Occurred);
                break;
            case ExecRequested { Privileged: true } e when lives.TryGetValue(e.Container.Value, out var within):
                within.PrivilegedExecs++;
                break;
            default:
                break;
        }
    }

    public IReadOnlyList<AuditedContainer> End() => order.Select(life => new AuditedContainer(
        life.Id, life.Name, life.Names, life.Image, life.ImageId, life.By, life.Created, life.Runs, life.RunCount, life.Removed,
        ContainerRights.Of(life.Settings, life.PrivilegedExecs))).ToArray();

    private Life Begin(
        ContainerId id, string name, string image, string imageId, Origin? by, DateTimeOffset created, ContainerSettings settings)
    {
        var life = new Life { Id = id, Name = name, Image = image, ImageId = imageId, By = by, Created = created, Settings = settings };
        lives[id.Value] = life;
        order.Add(life);
        return life;
    }

    /// <summary>One that was removed in the range goes on; of one that was removed before it, the event says all.</summary>
    private void Again(ContainerRestored e, Recorded<DockEvent> recorded)
    {
        if (lives.TryGetValue(e.Id.Value, out var known))
        {
            known.Removed = null;
            return;
        }

        var life = Begin(e.Id, e.Name, e.Image, e.ImageId, recorded.Origin, e.Created, e.Settings);
        if (e.StartedAt is { } started)
        {
            life.Runs.Add(new AuditedRun(started, e.FinishedAt, e.ExitCode, e.OutOfMemory, null));
            life.RunCount++;
        }
    }

    private sealed class Life
    {
        public required ContainerId Id { get; init; }

        public required string Name { get; set; }

        public required string Image { get; init; }

        public required string ImageId { get; init; }

        public required Origin? By { get; init; }

        public required DateTimeOffset Created { get; init; }

        public required ContainerSettings Settings { get; init; }

        public List<string> Names { get; } = [];

        public List<AuditedRun> Runs { get; } = [];

        public long RunCount { get; set; }

        public long PrivilegedExecs { get; set; }

        public DateTimeOffset? Removed { get; set; }

        public void Take(ContainerEvent happened, DateTimeOffset at)
        {
            switch (happened)
            {
                case ContainerStarted:
                    Run(new AuditedRun(at, null, null, false, null));
                    break;
                case ContainerStartFailed e:
                    Run(new AuditedRun(at, at, e.ExitCode, false, e.Message));
                    break;
                case ContainerExited e when Runs.Count > 0 && Runs[^1].Ended is null:
                    Runs[^1] = Runs[^1] with { Ended = at, ExitCode = e.ExitCode, OutOfMemory = e.OutOfMemory };
                    break;
                case ContainerRenamed e:
                    Names.Add(e.Previous);
                    Name = e.Name;
                    break;
                case ContainerRemoved:
                    Removed = at;
                    break;
                default:
                    break;
            }
        }

        private void Run(AuditedRun run)
        {
            RunCount++;
            Runs.Add(run);
            if (Runs.Count > AuditFold.MostRuns)
            {
                Runs.RemoveAt(0);
            }
        }
    }
}
