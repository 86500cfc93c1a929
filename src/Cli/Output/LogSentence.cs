namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Adapters.Posix;
using EventDock.Domain.Builds;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using EventDock.Domain.Store;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>One event as a sentence for people. It is not escaped: names and command lines stand in it as they are.</summary>
public static partial class LogSentence
{
    /// <summary>Of the event alone: a container is called by its id where the event does not name it.</summary>
    public static string Of(Recorded<DockEvent> recorded) => Of(recorded, null);

    public static string Of(LogEntry entry) =>
        entry.Container.Match(Some: then => Of(entry.Event, then), None: () => Of(entry.Event, null));

    /// <param name="known">The container that it is about, as of the event; null where nothing is known of it.</param>
    public static string Of(Recorded<DockEvent> recorded, ContainerThen? known) =>
        (recorded.Event, recorded.Redaction) switch
        {
            (DataRedacted data, { } gone) => $"{EventCodec.NameOf(data)} {Gone(gone.Data ?? 0, gone)}",
            (_, { Headers: { } by } gone) => $"{Said(recorded, known)} (headers {Gone(by, gone)})",
            _ => Said(recorded, known),
        };

    private static string Said(Recorded<DockEvent> recorded, ContainerThen? known)
    {
        var who = recorded.Origin.Actor.Uid == RedactedForm.Nobody.Uid ? "somebody" : LogText.Who(recorded.Origin.Actor);
        return recorded.Event switch
        {
            ContainerEvent e => Container(e, recorded, who, known),
            ExecEvent e => Exec(e, who, known?.Name ?? e.Container.Short),
            LayerEvent e => Layer(e, who, known?.Name),
            ImageEvent e => Image(e, who),
            ImageTagged { Previous: { } previous } e => $"{who} moved {ImageReference.Shown(e.Reference)} from {Human.ShortId(previous)} to {Human.ShortId(e.Image)}{How(recorded)}",
            ImageTagged e => $"{who} tagged {Human.ShortId(e.Image)} as {ImageReference.Shown(e.Reference)}{How(recorded)}",
            ImageUntagged e => $"{who} took {ImageReference.Shown(e.Reference)} from {Human.ShortId(e.Image)}{How(recorded)}",
            BuildStepCompleted e => $"{who} carried out the build step {e.CreatedBy}",
            StorePruned e => $"{who} pruned {Pruned(e.What)}: {Human.Size(e.Reclaimed.Value)}",
            CommandUndone e => $"{who} undid the command {e.Command}, up to #{e.Position}",
            CommandRefused e => $"{who} was refused {e.Verb}: {e.Text}",
            RootInitialized e => $"{who} began this ledger for the root {Human.ShortId(e.RootId)} on the host {Human.ShortId(e.HostId)}",
            RootAdopted e => $"{who} adopted the root {Human.ShortId(e.RootId)} in place of {Human.ShortId(e.Previous)}",
            BookmarkSet e => $"{who} set the bookmark {e.Name} to #{e.Position}",
            BookmarkRemoved e => $"{who} removed the bookmark {e.Name}",
            Redacted e => $"{who} redacted the {string.Join(" and ", e.Parts)} of #{e.Position}: {e.Reason}",
            SegmentSealed e => $"{who} sealed positions {e.First} to {e.Last} in {e.File}, {Human.Size(e.Bytes.Value)}",
            SegmentRewritten e => $"{who} wrote positions {e.First} to {e.Last} anew, without what was redacted, to {e.File}, {Human.Size(e.Bytes.Value)}",
            SegmentDropped e => $"{who} dropped the rows of positions {e.First} to {e.Last}, which stand in their sealed file",
            ForeignEventFound e =>
                $"another program's event {e.Type} was found at #{e.Position} in {(e.Stream.Length == 0 ? "no stream" : e.Stream)}",
            var happened => throw new System.Diagnostics.UnreachableException($"no sentence for {happened.GetType().Name}"),
        };
    }

    private static string Container(ContainerEvent happened, Recorded<DockEvent> recorded, string who, ContainerThen? known)
    {
        var name = known?.Name ?? happened.Id.Short;
        return happened switch
        {
            ContainerCreated e => $"{who} {(Verb(recorded.Origin.Line) == "run" ? "ran" : "created")} {e.Name} ({e.Image}, {Human.ShortId(e.ImageId)}){Running(e.Settings)}",
            ContainerStartRequested { Cause: ContainerStartRequested.Restart } => $"{who} restarted {name}",
            ContainerStartRequested => $"{who} started {name}",
            ContainerStarted e => $"{name} was running, pid {e.Pid}",
            ContainerStartFailed e => $"{name} could not be started ({e.ExitCode}): {e.Message}",
            ContainerSignalled { Cause: "conmon" } e => $"{who} ended {name} with {Signal(e.Signal)}, whose monitor was gone",
            ContainerSignalled e => $"{who} sent {Signal(e.Signal)} to {name} ({e.Cause})",
            ContainerExited e => $"{name} {Exited(e.ExitCode)}{After(known?.StartedAt, recorded.Occurred)}{(e.OutOfMemory ? ", out of memory" : "")}",
            ContainerPaused => $"{who} paused {name}",
            ContainerUnpaused => $"{who} let {name} go on",
            ContainerRenamed e => $"{who} renamed {e.Previous} to {e.Name}",
            ContainerCopiedOut e => $"{who} copied {Path(e.Path, e.Base64)} out of {name}",
            ContainerCopiedIn e => $"{who} copied files into {name}, to {Path(e.Path, e.Base64)}",
            ContainerExported => $"{who} exported the files of {name}",
            ContainerAttached e => $"{who} attached to {name}{(e.Stdin ? ", with input" : "")}",
            ContainerRemoved => $"{who} removed {name}",
            ContainerRestored e => $"{who} restored {e.Name} ({e.Image}, {Human.ShortId(e.ImageId)})",
            _ => throw new System.Diagnostics.UnreachableException($"no sentence for {happened.GetType().Name}"),
        };
    }

    private static string Exec(ExecEvent happened, string who, string name) => happened switch
    {
        ExecRequested e => $"{who} ran in {name}{(e.Privileged ? ", privileged" : "")}: {Words(e.Command)}",
        ExecStarted e => $"exec {Human.ShortId(e.Id)} in {name} was running, pid {e.Pid}",
        ExecFailed e => $"exec {Human.ShortId(e.Id)} in {name} could not be started ({e.ExitCode}): {e.Message}",
        ExecExited e => $"exec {Human.ShortId(e.Id)} in {name} {Exited(e.ExitCode)}",
        _ => throw new System.Diagnostics.UnreachableException($"no sentence for {happened.GetType().Name}"),
    };

    private static string Layer(LayerEvent happened, string who, string? container)
    {
        var thin = $"the thin layer of {container ?? Human.ShortId(happened.Id)}";
        return happened switch
        {
            LayerCreated { Container: not null } => $"{thin} was made",
            LayerCreated e => $"layer {Human.ShortId(e.Id)} came to be, {Human.Size(e.Size.Value)}",
            LayerWritten e =>
                $"{container ?? Human.ShortId(e.Id)} wrote: {e.Added} added, {e.Modified} changed, {e.Deleted} deleted, {Human.Size(e.Bytes.Value)} ({e.Cause}){Kept(e)}",
            LayerQuotaReached e => $"{container ?? Human.ShortId(e.Id)} reached its quota, {e.RecordedPaths} paths recorded",
            LayerRestored => $"{thin} was restored",
            LayerContentRemoved e => $"the kept contents of {thin} were deleted, {Human.Size(e.Bytes.Value)}",
            LayerRemoved => container is null ? $"layer {Human.ShortId(happened.Id)} was removed" : $"{thin} was removed",
            LayerRepaired e => $"{who} repaired the {e.Damage} of layer {Human.ShortId(e.Id)} from {e.Source}",
            _ => throw new System.Diagnostics.UnreachableException($"no sentence for {happened.GetType().Name}"),
        };
    }

    private static string Image(ImageEvent happened, string who) => happened switch
    {
        ImagePulled e =>
            $"{who} pulled {ImageReference.Shown(e.Reference)} ({Human.ShortId(e.Id)}) from {e.Registry}, {Human.Size(e.Wire.Value)} received{In(e.Milliseconds)}{Signed(e.Source)}",
        ImagePushed e =>
            $"{who} pushed {Human.ShortId(e.Id)} to {e.Registry}/{e.Repository}:{e.Tag}, {Human.Size(e.Wire.Value)} sent{In(e.Milliseconds)}, now {e.Manifest.Short}",
        ImageBuilt e => $"{who} built {Human.ShortId(e.Id)} on {(e.Base is null ? "scratch" : Human.ShortId(e.Base))}{In(e.Milliseconds)}",
        ImageImported e => $"{who} imported {Human.ShortId(e.Id)} from {e.Source}",
        ImageCommitted e => $"{who} committed the container {Human.ShortId(e.Container)} as {Human.ShortId(e.Id)}{In(e.Milliseconds)}",
        ImageLoaded e => $"{who} loaded {Human.ShortId(e.Id)} from {e.Source}{In(e.Milliseconds)}",
        ImageRestored e => $"{who} restored the image {Human.ShortId(e.Id)}, with its layers",
        ImageRemoved e => $"{who} removed the image {Human.ShortId(e.Id)}",
        ImageRepaired e => $"{who} repaired the configuration of the image {Human.ShortId(e.Id)} from {e.Source}",
        _ => throw new System.Diagnostics.UnreachableException($"no sentence for {happened.GetType().Name}"),
    };

    private static string Gone(long by, Redaction gone) =>
        string.Create(CultureInfo.InvariantCulture, $"redacted by {LogText.Who(gone.By)} at #{by}: {gone.Reason}");

    private static string Path(string path, bool base64) => base64 ? Bytes.Show(Convert.FromBase64String(path)) : path;
}
