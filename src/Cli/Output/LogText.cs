namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Domain.Builds;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using EventDock.Domain.Store;

/// <summary>What an event is about, in a few words.</summary>
public static class LogText
{
    public static string Of(DockEvent happened) =>
        happened switch
        {
            RootInitialized e => $"root {Human.ShortId(e.RootId)} on host {Human.ShortId(e.HostId)}",
            RootAdopted e => $"root {Human.ShortId(e.RootId)} instead of {Human.ShortId(e.Previous)}",
            CommandRefused e => $"{e.Verb}: {e.Text}",
            CommandUndone e => $"command {e.Command}, up to #{e.Position}",
            LayerCreated { Container: { } container } => $"thin layer of {Human.ShortId(container)}",
            LayerCreated e => $"{Human.ShortId(e.Id)} {Human.Size(e.Size.Value)}",
            LayerWritten e =>
                $"{Human.ShortId(e.Id)} {e.Added} added, {e.Modified} changed, {e.Deleted} deleted, {Human.Size(e.Bytes.Value)} ({e.Cause}){LogSentence.Kept(e)}",
            LayerContentRemoved e => $"{Human.ShortId(e.Id)} {Human.Size(e.Bytes.Value)}",
            LayerQuotaReached e => $"{Human.ShortId(e.Id)} {e.RecordedPaths} paths recorded",
            LayerRemoved e => Human.ShortId(e.Id),
            LayerRestored e => $"thin layer of {Human.ShortId(e.Id)}",
            LayerRepaired e => $"{Human.ShortId(e.Id)} its {e.Damage} from {e.Source}",
            ImageRepaired e => $"{Human.ShortId(e.Id)} its configuration from {e.Source}",
            ImagePulled e => $"{Human.ShortId(e.Id)} {ImageReference.Shown(e.Reference)} from {e.Registry}, {Human.Size(e.Wire.Value)} received{LogSentence.Signed(e.Source)}",
            ImagePushed e =>
                $"{Human.ShortId(e.Id)} {e.Repository}:{e.Tag} to {e.Registry}, {Human.Size(e.Wire.Value)} sent, now {e.Manifest.Short}",
            ImageBuilt e => $"{Human.ShortId(e.Id)} on {(e.Base is null ? "scratch" : Human.ShortId(e.Base))}",
            ImageImported e => $"{Human.ShortId(e.Id)} from {e.Source}",
            ImageCommitted e => $"{Human.ShortId(e.Id)} of container {Human.ShortId(e.Container)}",
            ImageLoaded e => $"{Human.ShortId(e.Id)} from {e.Source}",
            ImageRemoved e => Human.ShortId(e.Id),
            ImageRestored e => $"{Human.ShortId(e.Id)} with {e.Image.Layers.Count} layer{(e.Image.Layers.Count == 1 ? "" : "s")}",
            ImageTagged { Previous: { } previous } e => $"{ImageReference.Shown(e.Reference)} now {Human.ShortId(e.Image)}, before {Human.ShortId(previous)}",
            ImageTagged e => $"{ImageReference.Shown(e.Reference)} now {Human.ShortId(e.Image)}",
            ImageUntagged e => $"{ImageReference.Shown(e.Reference)} no longer {Human.ShortId(e.Image)}",
            BuildStepCompleted e => e.CreatedBy,
            ContainerCreated e => $"{e.Id.Short} {e.Name} of {e.Image}",
            ContainerStartRequested e => e.Id.Short + (e.Cause is { } cause ? $" ({cause})" : ""),
            ContainerStarted e => $"{e.Id.Short} pid {e.Pid}",
            ContainerStartFailed e => $"{e.Id.Short} ({e.ExitCode}) {e.Message}",
            ContainerSignalled e => $"{e.Id.Short} SIG{e.Signal} ({e.Cause})",
            ContainerExited e => $"{e.Id.Short} ({Code(e.ExitCode)}){(e.OutOfMemory ? " out of memory" : "")}",
            ContainerPaused e => e.Id.Short,
            ContainerUnpaused e => e.Id.Short,
            ContainerRenamed e => $"{e.Id.Short} {e.Name}, before {e.Previous}",
            ContainerCopiedOut e => $"{e.Id.Short} {e.Path}",
            ContainerCopiedIn e => $"{e.Id.Short} {e.Path}",
            ContainerExported e => e.Id.Short,
            ContainerAttached e => e.Id.Short + (e.Stdin ? " with its input" : ""),
            StorePruned e => $"{e.What}: {Human.Size(e.Reclaimed.Value)}",
            ContainerRemoved e => e.Id.Short,
            ContainerRestored e => $"{e.Id.Short} {e.Name}",
            ExecRequested e => $"{e.Container.Short}{(e.Privileged ? " (privileged)" : "")} {string.Join(' ', e.Command)}",
            ExecStarted e => $"{e.Container.Short} exec {Human.ShortId(e.Id)} pid {e.Pid}",
            ExecFailed e => $"{e.Container.Short} exec {Human.ShortId(e.Id)} ({e.ExitCode}) {e.Message}",
            ExecExited e => $"{e.Container.Short} exec {Human.ShortId(e.Id)} ({Code(e.ExitCode)})",
            ForeignEventFound e => $"{e.Type} at position {e.Position} in {(e.Stream.Length == 0 ? "no stream" : e.Stream)}",
            Redacted e => $"{string.Join(" and ", e.Parts)} of position {e.Position}: {e.Reason}",
            SegmentSealed e => $"positions {e.First} to {e.Last} in {e.File}, {Human.Size(e.Bytes.Value)}",
            SegmentRewritten e => $"positions {e.First} to {e.Last} now in {e.File}, {Human.Size(e.Bytes.Value)}",
            BookmarkSet e => $"{e.Name} is position {e.Position}",
            BookmarkRemoved e => e.Name,
            SegmentDropped e => $"rows of positions {e.First} to {e.Last}",
            _ => throw new System.Diagnostics.UnreachableException($"no words for {happened.GetType().Name}"),
        };

    /// <summary>What is left to say of an event, and what of it is gone.</summary>
    public static string Of(Recorded<DockEvent> recorded) =>
        (recorded.Event, recorded.Redaction) switch
        {
            (DataRedacted, { } gone) => Gone(gone.Data ?? 0, gone),
            (var happened, { Headers: { } by } gone) => $"{Of(happened)} (headers {Gone(by, gone)})",
            var (happened, _) => Of(happened),
        };

    private static string Gone(long by, Redaction gone) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"redacted by {Who(gone.By)} at #{by}: {gone.Reason}");

    /// <summary>The person, as far as the kernel knows: the login uid outlives sudo.</summary>
    public static string Who(Actor actor) =>
        actor.Uid == RedactedForm.Nobody.Uid ? "redacted"
        : actor.Name is { } name ? name
        : actor.LoginUid != Actor.Unset ? $"login {actor.LoginUid}"
        : actor.SudoUid is { } sudo ? $"sudo {sudo}"
        : $"uid {actor.Uid}";

    private static string Code(int? code) => code?.ToString(CultureInfo.InvariantCulture) ?? "code unknown";
}
