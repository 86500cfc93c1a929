namespace EventDock.Engine;

using System.IO;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using static EventDock.Engine.Pipeline;

/// <summary>What the image is to be besides its files.</summary>
/// <param name="Message">The history's comment; null for where the archive came from.</param>
/// <param name="Platform">Null for this host's.</param>
public sealed record ImportRequest(
    string Source, Option<ImageReference> Name, Seq<string> Changes, string? Message, string? Platform);

/// <summary><c>eventdock import</c>: an image of one layer from an archive of a file system.</summary>
public static class Import
{
    /// <param name="open">Opens the archive.</param>
    /// <returns>The image's id.</returns>
    public static EitherAsync<DomainError, string> Run(
        Ports ports, ImportRequest request, Func<CancellationToken, EitherAsync<DomainError, Stream>> open,
        CancellationToken cancel) =>
        from run in ImageChange.Apply(RunConfig.Empty, request.Changes).ToAsync()
        from platform in (request.Platform is { } text
            ? PlatformName.Parse(text, ports.World.Platform)
            : Right<DomainError, Platform>(ports.World.Platform)).ToAsync()
        from layer in ports.Layers.Import(new LayerImport(null, null, null, open, _ => { }), cancel)
            .MapLeft(error => Named(error, request.Source))
        let now = Fact.Micros(ports.World.Clock())
        let config = new ImageConfig(
            now, null, platform, run, Seq1(layer.DiffId),
            Seq1(new HistoryEntry(
                now, "", request.Message is { Length: > 0 } said ? said : $"Imported from {request.Source}", null, Empty: false)))
        from written in ports.Blobs.Write(MediaType.DockerConfig, ImageConfigJson.Write(config), cancel)
        let id = written.Digest.Hex
        from _ in ports.Locks.Store.Take(false, cancel).Holding(() => ports.Again(
            () =>
                from here in Layered.Record(ports, Seq1(layer), now, cancel)
                from image in ports.Store.Decide(
                    ImageDecider.Decider,
                    Streams.Image(id),
                    new RecordImported(new ImageImported(id, request.Source, Contents.Of(config, Seq1(layer)))),
                    now,
                    cancel)
                from tagged in Tag.Decided(ports, id, request.Name.ToSeq(), cancel)
                from appended in ports.Store.Append(here.And(image.Append).And(tagged), cancel)
                select unit,
            cancel))
        select id;

    /// <summary>The store knows a stream of bytes; the one who typed knows a file.</summary>
    private static DomainError Named(DomainError error, string source) =>
        error switch
        {
            DomainError.BadContent e => e with { What = source },
            DomainError.LeavesRoot e => e with { What = source },
            _ => error,
        };
}
