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

    public static EitherAsync<DomainError, BlamedFile> Run(Ports ports, string text, string? type, byte[] path, CancellationToken cancel) =>
        from found in Found(ports, text, type, cancel)
        let image = found.Image | found.Container.Bind(c => c.From)
        let what = found.Container.Match(Some: c => $"container {c.Id[..12]}", None: () => $"image {text}")
        from trace in WhyPath.Trace(ports, image, found.Container.Map(c => c.Id), path, LongestText, cancel)
        from seen in trace.Seen.OrFail(() => new DomainError.NoSuchFile(what, path))
        from brought in WhyPath.Bringers(ports, image, found.Container.Map(c => c.Id), trace, cancel)
        from file in seen.File.Type == FileType.File ? Done : Fail<Unit>(new DomainError.NoLines(trace.Path, seen.File.Type))
        select seen.Text is null
            ? new BlamedFile(found.Container, image, trace, brought, None, seen.Unread ?? "binary")
            : new BlamedFile(found.Container, image, trace, brought, Some(Blame.Of(Texts(trace))), null);

    /// <summary>A version that is no text has brought no lines, and whoever brought text after it all of them.</summary>
    private static Seq<string> Texts(PathTrace trace) =>
        trace.Versions.Map(version => version.File.Type == FileType.File ? version.Text ?? "" : "").Strict();

    private sealed record Subject(Option<CausedContainer> Container, Option<CausedImage> Image);

    private static EitherAsync<DomainError, Subject> Found(Ports ports, string text, string? type, CancellationToken cancel) => type switch
    {
        "container" => OfContainer(ports, text, cancel),
        "image" => OfImage(ports, text, cancel),
        _ => OfContainer(ports, text, cancel).Recover(error =>
            error is DomainError.NoSuchContainer
                ? Some(OfImage(ports, text, cancel).Recover(other => other is DomainError.NoSuchImage ? Some(Gone(ports, text, cancel)) : None))
                : None),
    };

    private static EitherAsync<DomainError, Subject> OfContainer(Ports ports, string text, CancellationToken cancel) =>
        from row in Find.Container(ports, text, cancel)
        from container in Why.Container(ports, row.Id.Value, None, cancel)
        select new Subject(Some(container), None);

    private static EitherAsync<DomainError, Subject> OfImage(Ports ports, string text, CancellationToken cancel) =>
        from row in Find.Image(ports, text, None, cancel)
        from image in Why.Image(ports, row.Id, None, cancel)
        select new Subject(None, Some(image));

    /// <summary>Of what has been removed it is said that it has been.</summary>
    private static EitherAsync<DomainError, Subject> Gone(Ports ports, string text, CancellationToken cancel) =>
        (from gone in FindPast.Container(ports, text, cancel) select $"container {gone.Row.Id.Short}")
            .Recover(error => error is DomainError.NoSuchContainer
                ? Some(from gone in FindPast.Image(ports, text, cancel) select $"image {gone.Row.Id[..12]}")
                : None)
            .MapLeft(error => error is DomainError.NoSuchImage ? new DomainError.NoSuchThing(text) : error)
            .Bind(what => Fail<Subject>(new DomainError.FilesGone(what)));
}
