namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <param name="Changes">Instructions of a Dockerfile for the image's configuration.</param>
/// <param name="Pause">Freezes a running container meanwhile.</param>
public sealed record CommitRequest(
    string Container, Option<ImageReference> Name, string? Author, string? Message, Seq<string> Changes, bool Pause);

/// <param name="LeftOut">Variables of -e, which stay with the container.</param>
public sealed record CommittedImage(string Id, Seq<string> LeftOut);

/// <summary><c>eventdock commit</c>: an image of a container as it is now. The container goes on as it was.</summary>
public static class Commit
{
    public static EitherAsync<DomainError, CommittedImage> Run(Ports ports, CommitRequest request, CancellationToken cancel) =>
        from row in Find.Container(ports, request.Container, cancel)
        from images in ports.Views.Images.Keyed(Seq1(row.ImageId), None, cancel)
        from image in images.HeadOrNone().OrFail(() => new DomainError.NoSuchImage(row.ImageId))
        from run in ImageChange.Apply(CommittedConfig.Of(image.Content.Run, row.Settings), request.Changes).ToAsync()
        let began = ports.World.Clock()
        // Neither removed nor started nor ended meanwhile.
        from committed in Start.Locked(ports, row.Id, cancel).Holding(() =>
            // Another command may have had the lock before: what is so counts, and not what the row has said.
            from state in ContainerStream.State(ports, row.Id, cancel)
            from there in state is ContainerState.Removed ? Fail<Unit>(new DomainError.NoSuchContainer(request.Container)) : Done
            from frozen in Give(request.Pause && state is ContainerState.Running && !ports.Runtime.Control.Frozen(row.Id))
            from layer in frozen
                ? Pausing.Still(ports, row.Id, () => Layer(ports, row, image, cancel), cancel)
                : Layer(ports, row, image, cancel)
            from id in Record(ports, request, row, image, run, layer, frozen, began, cancel)
            select id)
        select new CommittedImage(committed, CommittedConfig.LeftOut(row.Settings));

    private static EitherAsync<DomainError, Option<StoredLayer>> Layer(
        Ports ports, ContainerRow row, ImageRow image, CancellationToken cancel) =>
        from written in End.HeldWrites(ports, row.Id, "commit", cancel)
        from layer in ports.Layers.CommitThin(
            row.Id.Value, image.Content.Layers.LastOrNone().MatchUnsafe<string?>(Some: l => l.Id, None: () => null), cancel)
        select layer;

    private static EitherAsync<DomainError, string> Record(
        Ports ports, CommitRequest request, ContainerRow row, ImageRow image, RunConfig run, Option<StoredLayer> layer, bool frozen,
        DateTimeOffset began, CancellationToken cancel)
    {
        var now = Fact.Micros(ports.World.Clock());
        var below = Contents.Config(image.Content);
        var config = below with
        {
            Created = now,
            Author = Said(request.Author),
            Run = run,
            DiffIds = below.DiffIds + layer.ToSeq().Map(l => l.DiffId),
            History = below.History.Add(new HistoryEntry(
                now, string.Join(' ', row.Settings.Command), Said(request.Message), Said(request.Author), Empty: layer.IsNone)),
        };
        return
            from under in image.Content.Layers.InTurn(l => ports.Layers.Describe(l.Id, cancel))
            let layers = under + layer.ToSeq()
            // The configuration under the lock, too: an rmi of an image that is here and the very same would take it away.
            from id in ports.Locks.Store.Take(false, cancel).Holding(() =>
                from written in ports.Blobs.Write(MediaType.DockerConfig, ImageConfigJson.Write(config), cancel)
                let id = written.Digest.Hex
                let fact = new ImageCommitted(
                    id, row.Id.Value, row.ImageId, frozen, (int)(ports.World.Clock() - began).TotalMilliseconds, Contents.Of(config, layers))
                from _ in ports.Again(() => Recorded(ports, fact, layers, request.Name.ToSeq(), now, cancel), cancel)
                select id)
            select id;
    }

    private static EitherAsync<DomainError, Unit> Recorded(
        Ports ports, ImageCommitted fact, Seq<StoredLayer> layers, Seq<ImageReference> names, DateTimeOffset now, CancellationToken cancel) =>
        from here in Layered.Record(ports, layers, now, cancel)
        from image in ports.Store.Decide(ImageDecider.Decider, Streams.Image(fact.Id), new RecordCommittedImage(fact), now, cancel)
        from tagged in Tag.Decided(ports, fact.Id, names, cancel)
        from appended in ports.Store.Append(here.And(image.Append).And(tagged), cancel)
        select unit;

    private static string? Said(string? text) => text is { Length: > 0 } ? text : null;
}
