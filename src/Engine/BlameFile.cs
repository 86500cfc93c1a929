namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>A file, and who brought it or its lines.</summary>
/// <param name="Versions">Base first, each with who brought it.</param>
/// <param name="Lines">With indexes into the versions; None where it is told whole.</param>
/// <param name="Whole">Why it has no lines; null where it has.</param>
public sealed record BlamedFile(
    Option<CausedContainer> Container, Option<CausedImage> Image, PathTrace Trace, Seq<Brought> Versions, Option<Seq<BlamedLine>> Lines, string? Whole);

/// <summary><c>eventdock blame</c>: line by line who brought what a file says. Its versions are what the layers have of it, the thin one's last.</summary>
public static class BlameFile
{
    /// <summary>A longer file is told whole.</summary>
    private const int LongestText = 4 << 20;

    /// <param name="at">As it was then; None: now.</param>
    public static EitherAsync<DomainError, BlamedFile> Run(
        Ports now, string text, string? type, byte[] path, Option<long> at, CancellationToken cancel) =>
        from ports in Give(now.AsOf(at))
        from found in Found(ports, text, type, cancel)
        let image = found.Image | found.Container.Bind(c => c.From)
        let what = found.Container.Match(Some: c => $"container {c.Id[..12]}", None: () => $"image {text}")
        from versions in found.Container.Filter(_ => !found.Here || at.IsSome).Match(
            Some: container => RecordedFile.Of(ports, container, path, at, LongestText, cancel),
            None: () => OfLayers(ports, image, found.Container.Map(c => c.Id), path, cancel))
        let trace = versions.Trace
        from known in trace.Versions.IsEmpty ? Fail<Unit>(new DomainError.NoSuchFile(what, path)) : Done
        from seen in trace.Seen.OrFail(() => new DomainError.FileTaken(what, path))
        from file in seen.File.Type == FileType.File ? Done : Fail<Unit>(new DomainError.NoLines(trace.Path, seen.File.Type))
        select seen.Text is null
            ? new BlamedFile(found.Container, image, trace, versions.Brought, None, seen.Unread ?? "binary")
            : new BlamedFile(found.Container, image, trace, versions.Brought, Some(Blame.Of(Texts(trace))), null);

    private static EitherAsync<DomainError, FileVersions> OfLayers(
        Ports ports, Option<CausedImage> image, Option<string> container, byte[] path, CancellationToken cancel) =>
        from trace in WhyPath.Trace(ports, image, container, path, LongestText, cancel)
        from brought in WhyPath.Bringers(ports, image, container, trace, cancel)
        select new FileVersions(trace, brought);

    /// <summary>A version that is no text has brought no lines, and whoever brought text after it all of them.</summary>
    private static Seq<string> Texts(PathTrace trace) =>
        trace.Versions.Map(version => version.File.Type == FileType.File ? version.Text ?? "" : "").Strict();

    /// <param name="Here">Its own layer is there, or it has none.</param>
    private sealed record Subject(Option<CausedContainer> Container, Option<CausedImage> Image, bool Here);

    private static EitherAsync<DomainError, Subject> Found(Ports ports, string text, string? type, CancellationToken cancel) => type switch
    {
        "container" => FindPast.Container(ports, text, cancel).Bind(found => OfContainer(ports, found, cancel)),
        "image" => OfImage(ports, text, cancel),
        _ => Find.Container(ports, text, cancel).Bind(row => OfContainer(ports, new(row, true), cancel)).Recover(error =>
            error is DomainError.NoSuchContainer
                ? Some(OfImage(ports, text, cancel).Recover(other => other is DomainError.NoSuchImage ? Some(Gone(ports, text, cancel)) : None))
                : None),
    };

    private static EitherAsync<DomainError, Subject> OfContainer(Ports ports, Once<ContainerRow> found, CancellationToken cancel) =>
        from container in Why.Container(ports, found.Row.Id.Value, None, cancel)
        select new Subject(Some(container), None, found.Here);

    private static EitherAsync<DomainError, Subject> OfImage(Ports ports, string text, CancellationToken cancel) =>
        from row in Find.Image(ports, text, None, cancel)
        from image in Why.Image(ports, row.Id, None, cancel)
        select new Subject(None, Some(image), Here: true);

    /// <summary>A container that has been removed; of an image it is said that it has been.</summary>
    private static EitherAsync<DomainError, Subject> Gone(Ports ports, string text, CancellationToken cancel) =>
        FindPast.Container(ports, text, cancel).Bind(found => OfContainer(ports, found, cancel)).Recover(error =>
            error is DomainError.NoSuchContainer
                ? Some(FindPast.Image(ports, text, cancel)
                    .MapLeft(other => other is DomainError.NoSuchImage ? new DomainError.NoSuchThing(text) : other)
                    .Bind(gone => Fail<Subject>(new DomainError.FilesGone($"image {gone.Row.Id[..12]}"))))
                : None);
}
