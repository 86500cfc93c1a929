namespace EventDock.Domain.Containers;

/// <summary>What decisions about a container need, and nothing that people read.</summary>
public abstract record ContainerState
{
    private ContainerState() { }

    /// <summary>Empty before there is a container.</summary>
    public string Name { get; init; } = "";

    /// <summary>docker's word for it.</summary>
    public string Word => this switch
    {
        Absent => "absent",
        Created => "created",
        Starting => "starting",
        Running { Paused: true } => "paused",
        Running => "running",
        Exited => "exited",
        Removed => "removed",
        _ => throw new System.Diagnostics.UnreachableException($"no word for {GetType().Name}"),
    };

    public sealed record Absent : ContainerState;

    public sealed record Created : ContainerState;

    public sealed record Starting : ContainerState;

    public sealed record Running(int Pid, long StartTime, string BootId) : ContainerState
    {
        /// <summary>Its processes are frozen.</summary>
        public bool Paused { get; init; }

        public ProcessIdentity Process => new(Pid, StartTime, BootId);
    }

    public sealed record Exited : ContainerState;

    public sealed record Removed : ContainerState;
}
