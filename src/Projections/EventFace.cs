namespace EventDock.Projections;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What must be known of a container or an image, as of the event before, to tell of its events as docker does.</summary>
/// <param name="Name">A container's.</param>
/// <param name="Image">Of a container, as typed.</param>
/// <param name="Labels">The thing's own.</param>
/// <param name="Ending">Why a signal was last sent to it: stop, restart, kill, rm; empty where none was since its start.</param>
/// <param name="Starting">Why it is being started: restart, or empty.</param>
/// <param name="Command">Of an exec: its program, a blank, and its arguments with blanks between them.</param>
public sealed record EventFace(string Name, string Image, Seq<Label> Labels, string Ending, string Starting, string Command)
{
    public static readonly EventFace Unknown = new("", "", Seq<Label>(), "", "", "");

    /// <summary>The same after a further event of its stream.</summary>
    public EventFace After(DockEvent happened) =>
        happened switch
        {
            ContainerCreated e => this with { Name = e.Name, Image = e.Image, Labels = e.Settings.Labels },
            ContainerRenamed e => this with { Name = e.Name },
            ContainerStartRequested e => this with { Starting = e.Cause ?? "", Ending = "" },
            ContainerSignalled e => this with { Ending = e.Cause },
            ContainerExited => this with { Starting = "" },
            ExecRequested e => this with { Command = $"{e.Command.Head} {string.Join(' ', e.Command.Tail)}" },
            ImageRestored e => this with { Labels = e.Image.Run.Labels },
            ImagePulled e => this with { Labels = e.Image.Run.Labels },
            ImageBuilt e => this with { Labels = e.Image.Run.Labels },
            ImageImported e => this with { Labels = e.Image.Run.Labels },
            ImageCommitted e => this with { Labels = e.Image.Run.Labels },
            ImageLoaded e => this with { Labels = e.Image.Run.Labels },
            _ => this,
        };

    public static EventFace Of(IEnumerable<DockEvent> past) => past.Aggregate(Unknown, (face, happened) => face.After(happened));
}
