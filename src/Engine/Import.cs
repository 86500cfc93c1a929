namespace EventDock.Engine;

using System.IO;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock import</c>: an image of one layer from an archive of a file system.</summary>
public static class Import
{
    /// <param name="source">As it is to be remembered: a file's name, or "-".</param>
    /// <param name="open">Opens the archive.</param>
    /// <returns>The image's id.</returns>
    public static EitherAsync<DomainError, string> Run(
        Ports ports, string source, Func<CancellationToken, EitherAsync<DomainError, Stream>> open, Option<ImageReference> name,
        CancellationToken cancel) =>
        from layer in ports.Layers.Import(new LayerImport(null, null, null, open, _ => { }), cancel).MapLeft(error => Named(error, source))
        let now = Fact.Micros(ports.World.Clock())
        let config = new ImageConfig(
            now, null, ports.World.Platform, RunConfig.Empty, Seq1(layer.DiffId),
            Seq1(new HistoryEntry(now, "", $"Imported from {source}", null, Empty: false)))
        from written in ports.Blobs.Write(MediaType.DockerConfig, ImageConfigJson.Write(config), cancel)
        let id = written.Digest.Hex
        from _ in ports.Locks.Store.Take(false, cancel).Holding(() => ports.Again(
            () =>
                from here in Layered.Record(ports, Seq1(layer), now, cancel)
                from image in ports.Store.Decide(
                    ImageDecider.Decider,
                    Streams.Image(id),
                    new RecordImported(new ImageImported(id, source, Contents.Of(config, Seq1(layer)))),
                    now,
                    cancel)
                from tagged in Tag.Decided(ports, id, name.ToSeq(), cancel)
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
