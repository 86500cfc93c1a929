namespace EventDock.Projections;

using System.Globalization;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Domain.Store;

/// <summary>The ledger's events as docker's <c>events</c> tells them; what docker tells nothing of stands in <c>eventdock log</c> alone.</summary>
public static class DockerEvents
{
    /// <summary>Events of which something is told, or on which the telling of others depends.</summary>
    public static readonly Seq<string> Kinds = Seq(
        "ContainerCreated", "ContainerStartRequested", "ContainerStarted", "ContainerSignalled", "ContainerExited", "ContainerPaused",
        "ContainerUnpaused", "ContainerRenamed", "ContainerRemoved", "ExecRequested", "ExecStarted", "ExecFailed", "ExecExited",
        "ContainerCopiedOut", "ContainerCopiedIn", "ContainerExported", "ContainerAttached", "StorePruned",
        "ImagePulled", "ImagePushed", "ImageImported", "ImageCommitted", "ImageLoaded", "ImageBuilt", "ImageRemoved", "ImageTagged", "ImageUntagged");

    /// <summary>The streams whose past must be known, to tell of an event of this one: its own, and of an exec the container's.</summary>
    public static Seq<string> Known(DockEvent happened) =>
        happened switch
        {
            ContainerEvent e => Seq1(Streams.Container(e.Id.Value)),
            ExecEvent e => Seq(Streams.Container(e.Container.Value), Streams.Exec(e.Container.Value, e.Id)),
            ImageTagged e => Seq1(Streams.Image(e.Image)),
            ImageUntagged e => Seq1(Streams.Image(e.Image)),
            // docker tells of it as the container's.
            ImageCommitted e => Seq1(Streams.Container(e.Container)),
            ImageEvent e => Seq1(Streams.Image(e.Id)),
            _ => Seq<string>(),
        };

    /// <param name="face">What is known of the thing before the event; of an exec of its container.</param>
    /// <param name="exec">What is known of the exec.</param>
    public static Seq<DockerEvent> Of(Recorded<DockEvent> recorded, EventFace face, EventFace exec) =>
        recorded.Event switch
        {
            ContainerEvent e => OfContainer(e, face, recorded.At),
            ExecEvent e => OfExec(e, face, exec, recorded.At),
            ImageCommitted e => Seq1(new DockerEvent(
                DockerEvent.Container, "commit", e.Container,
                Attributes(face, [("comment", e.Image.History.LastOrNone().Map(h => h.Comment ?? "").IfNone("")), ("imageID", Digest.Prefix + e.Id)]),
                recorded.At)),
            StorePruned e => Seq1(new DockerEvent(
                e.What, "prune", "", [new("reclaimed", e.Reclaimed.Value.ToString(CultureInfo.InvariantCulture))], recorded.At)),
            ImageEvent or TagEvent => OfImage(recorded.Event, face, recorded.At),
            _ => Seq<DockerEvent>(),
        };

    private static Seq<DockerEvent> OfContainer(ContainerEvent happened, EventFace face, DateTimeOffset at)
    {
        return happened switch
        {
            ContainerCreated => Seq1(Told("create")),
            ContainerStarted when face.Starting == ContainerStartRequested.Restart => Seq(Told("start"), Told("restart")),
            ContainerStarted => Seq1(Told("start")),
            ContainerSignalled e => Seq1(Told("kill", ("signal", Number(e.Signal)))),
            ContainerExited e when face.Ending is "stop" or "restart" => Seq(Died(e), Told("stop")),
            ContainerExited e => Seq1(Died(e)),
            ContainerPaused => Seq1(Told("pause")),
            ContainerUnpaused => Seq1(Told("unpause")),
            ContainerRenamed e => Seq1(Told("rename", ("oldName", "/" + e.Previous))),
            ContainerCopiedOut => Seq1(Told("archive-path")),
            ContainerCopiedIn => Seq1(Told("extract-to-dir")),
            ContainerExported => Seq1(Told("export")),
            ContainerAttached => Seq1(Told("attach")),
            ContainerRemoved => Seq1(Told("destroy")),
            _ => Seq<DockerEvent>(),
        };

        DockerEvent Died(ContainerExited e) => Told("die", ("exitCode", (e.ExitCode ?? ContainerRow.UnseenCode).ToString(CultureInfo.InvariantCulture)));

        // A container is told of by the names that it has after the event.
        DockerEvent Told(string action, params (string, string)[] more) =>
            new(DockerEvent.Container, action, happened.Id.Value, Attributes(face.After(happened), more), at);
    }

    private static Seq<DockerEvent> OfExec(ExecEvent happened, EventFace face, EventFace exec, DateTimeOffset at)
    {
        var command = exec.After(happened).Command;
        return happened switch
        {
            ExecRequested => Seq1(Told($"exec_create: {command}")),
            ExecStarted or ExecFailed => Seq1(Told($"exec_start: {command}")),
            ExecExited e => Seq1(Told("exec_die", ("exitCode", (e.ExitCode ?? 255).ToString(CultureInfo.InvariantCulture)))),
            _ => Seq<DockerEvent>(),
        };

        DockerEvent Told(string action, params (string, string)[] more) => new(
            DockerEvent.Container, action, happened.Container.Value, Attributes(face, [("execID", happened.Id), .. more]), at);
    }

    private static Seq<DockerEvent> OfImage(DockEvent happened, EventFace face, DateTimeOffset at)
    {
        return happened switch
        {
            ImagePulled e => Moved("pull", e.Reference),
            ImagePushed e => Moved("push", $"{e.Registry}/{e.Repository}:{e.Tag}"),
            ImageImported e => Seq1(Told("import", Digest.Prefix + e.Id, Digest.Prefix + e.Id)),
            ImageLoaded e => Seq1(Told("load", Digest.Prefix + e.Id, Digest.Prefix + e.Id)),
            ImageRemoved e => Seq1(Told("delete", Digest.Prefix + e.Id, Digest.Prefix + e.Id)),
            ImageTagged e => Seq1(Told("tag", Digest.Prefix + e.Image, Familiar(e.Reference).Whole)),
            ImageUntagged e => Seq1(Told("untag", Digest.Prefix + e.Image, Digest.Prefix + e.Image)),
            _ => Seq<DockerEvent>(),
        };

        Seq<DockerEvent> Moved(string action, string reference) =>
            Seq1(Told(action, Familiar(reference).Whole, Familiar(reference).Repository));

        DockerEvent Told(string action, string id, string name) =>
            new(DockerEvent.Image, action, id, Sorted(face.After(happened).Labels, [("name", name)]), at);
    }

    private static (string Whole, string Repository) Familiar(string reference) =>
        ImageReference.Parse(reference).Match(Right: r => (r.Familiar, r.FamiliarRepository), Left: _ => (reference, reference));

    private static IReadOnlyList<KeyValuePair<string, string>> Attributes(EventFace face, (string, string)[] more) =>
        Sorted(face.Labels, [("image", face.Image), ("name", face.Name), .. more]);

    /// <summary>docker's own win over a label of the same name.</summary>
    private static IReadOnlyList<KeyValuePair<string, string>> Sorted(Seq<Label> labels, (string Key, string Value)[] own)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in labels.Map(l => (l.Key, l.Value)).Concat(own))
        {
            all[key] = value;
        }

        return all.ToArray();
    }

    private static string Number(string signal) =>
        SignalName.Parse(signal).Match(Right: name => SignalName.Number(name).ToString(CultureInfo.InvariantCulture), Left: _ => signal);
}
