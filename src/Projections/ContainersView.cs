namespace EventDock.Projections;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>What <c>eventdock ps</c> shows: one row a container.</summary>
public static class ContainersView
{
    public static readonly Projection<ContainerRow> Projection = new("containers", 1, Keys, Apply, RowJson.Default.ContainerRow);

    public static Seq<string> Keys(DockEvent happened) =>
        happened is ContainerEvent e ? Seq1(e.Id.Value) : Seq<string>();

    public static Option<ContainerRow> Apply(Option<ContainerRow> row, Fact fact) =>
        fact.Event switch
        {
            ContainerCreated e => Some(new ContainerRow(
                e.Id, e.Name, e.Image, e.ImageId, e.Settings, fact.Occurred, ContainerRow.CreatedState,
                Pid: null, StartTime: null, BootId: null, StartedAt: null, FinishedAt: null, ExitCode: null, OutOfMemory: false, Error: null)),
            ContainerStartRequested => row.Map(r => r with { State = ContainerRow.Starting, Error = null }),
            ContainerStarted e => row.Map(r => r with
            {
                State = ContainerRow.Running,
                Pid = e.Pid,
                StartTime = e.StartTime,
                BootId = e.BootId,
                StartedAt = fact.Occurred,
                FinishedAt = null,
                ExitCode = null,
                OutOfMemory = false,
            }),
            // docker leaves a container that could not be started as "created", with the code.
            ContainerStartFailed e => row.Map(r => r with
            {
                State = r.StartedAt is null ? ContainerRow.CreatedState : ContainerRow.Exited,
                ExitCode = e.ExitCode,
                Error = e.Message,
                Pid = null,
            }),
            ContainerPaused => row.Map(r => r with { Paused = true }),
            ContainerUnpaused => row.Map(r => r with { Paused = false }),
            ContainerRenamed e => row.Map(r => r with { Name = e.Name }),
            ContainerExited e => row.Map(r => r with
            {
                State = ContainerRow.Exited,
                ExitCode = e.ExitCode,
                OutOfMemory = e.OutOfMemory,
                FinishedAt = fact.Occurred,
                Pid = null,
                Paused = false,
            }),
            ContainerRemoved => None,
            ContainerRestored e => Some(new ContainerRow(
                e.Id, e.Name, e.Image, e.ImageId, e.Settings, e.Created, e.StartedAt is null ? ContainerRow.CreatedState : ContainerRow.Exited,
                Pid: null, StartTime: null, BootId: null, e.StartedAt, e.FinishedAt, e.ExitCode, e.OutOfMemory, e.Error)),
            _ => row,
        };
}
