namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>The versions of a file, and who brought each.</summary>
internal sealed record FileVersions(PathTrace Trace, Seq<Brought> Brought);

/// <summary>
/// A file of a container whose own layer is not there as it was: what its image has of it, and what was recorded. What a file had in it is known
/// of those containers that were made with <c>--record content</c>.
/// </summary>
internal static class RecordedFile
{
    /// <param name="until">What had been recorded by then; None: all.</param>
    /// <param name="most">A text of more bytes is not read.</param>
    public static EitherAsync<DomainError, FileVersions> Of(
        Ports ports, CausedContainer container, byte[] path, Option<long> until, int most, CancellationToken cancel) =>
        from told in WhyPath.Recorded(ports, container, path, until, cancel)
        from versions in told.Trace.Seen.IsSome && told.Brought.Last is Brought.ByThin
            ? Written(ports, container, told, until, most, cancel)
            : told.Trace.Seen.IsSome
                ? Below(ports, container, path, most, cancel)
                : Give(new FileVersions(told.Trace, told.Brought))
        select versions;

    private static EitherAsync<DomainError, FileVersions> Below(
        Ports ports, CausedContainer container, byte[] path, int most, CancellationToken cancel) =>
        from trace in WhyPath.Trace(ports, container.From, None, path, most, cancel)
        from brought in WhyPath.Bringers(ports, container.From, None, trace, cancel)
        select new FileVersions(trace, brought);

    /// <summary>The container's version above those of its image.</summary>
    private static EitherAsync<DomainError, FileVersions> Written(
        Ports ports, CausedContainer container, CausedPath told, Option<long> until, int most, CancellationToken cancel) =>
        from followed in Below(ports, container, told.Trace.Path, most, cancel)
        // A link that was there before is no version of the file that stands in its place.
        let below = followed.Trace.Path.AsSpan().SequenceEqual(told.Trace.Path)
            ? followed
            : new FileVersions(told.Trace with { Versions = Seq<PathVersion>() }, Seq<Brought>())
        from at in until.Match(Some: Give, None: () => ports.Ledger.Log.Head(cancel))
        from kept in Kept(ports, container.Id, told.Trace.Path, at, most, cancel)
        from change in kept.OrFail(() => new DomainError.FileNotKept($"container {container.Id[..12]}", told.Trace.Path))
        let layers = container.From.Bind(image => image.Content).Map(content => content.Layers.Count).IfNone(0)
        let file = change.After ?? told.Trace.Versions.Last.File
        // Where the image's has the same text, no change of it is told.
        let text = change.Text is { } changed ? changed.Unread is null ? changed.After : null : below.Trace.Seen.Map(seen => seen.Text).IfNone("")
        select new FileVersions(
            told.Trace with { Versions = below.Trace.Versions.Add(new PathVersion(layers, file, text, change.Text?.Unread, null)) },
            below.Brought.Add(told.Brought.Last));

    private static EitherAsync<DomainError, Option<FileChange>> Kept(
        Ports ports, string container, byte[] path, long at, int most, CancellationToken cancel)
    {
        Option<FileChange> found = None;
        var key = NetChange.KeyOf(path);
        return
            from between in DiffBetween.AsOf(ports, container, at, cancel)
            from read in DiffContents.Of(
                ports,
                between with { Lines = between.Lines.Filter(line => line.Key == key).Strict() },
                most,
                line =>
                {
                    found = line.Change;
                    return unit;
                },
                cancel)
            select found;
    }
}
