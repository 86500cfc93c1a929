namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>The streams of what is named, whether it is there or was.</summary>
public static class LogStreams
{
    /// <summary>A container's own, its thin layer's and those of its execs.</summary>
    public static EitherAsync<DomainError, StreamSet> OfContainer(Ports ports, string text, CancellationToken cancel) =>
        from id in Find.Container(ports, text, cancel).Map(row => row.Id.Value).Recover(error =>
            error is DomainError.NoSuchContainer ? Some(Removed(ports, text, error, cancel)) : None)
        select new StreamSet(Seq(Streams.Container(id), Streams.Layer(id)), Seq1(Streams.ExecsOf(id)));

    /// <summary>An image's own, and those of the tags that name it now.</summary>
    public static EitherAsync<DomainError, StreamSet> OfImage(Ports ports, string text, CancellationToken cancel) =>
        from id in Find.Image(ports, text, None, cancel).Map(row => row.Id).Recover(error =>
            error is DomainError.NoSuchImage ? Some(RemovedImage(ports, text, error, cancel)) : None)
        from tags in ports.Views.TagsOf(id, cancel)
        select new StreamSet(Streams.Image(id).Cons(tags.Map(t => Streams.Tag(t.Reference))).ToSeq().Strict(), Seq<string>());

    /// <summary>Errors: that of a text that is no reference; NeverTagged.</summary>
    public static EitherAsync<DomainError, StreamSet> OfTag(Ports ports, string text, CancellationToken cancel) =>
        from parsed in ImageReference.Parse(text).ToAsync()
        let stream = Streams.Tag(parsed.Tagged.Canonical)
        from last in Newest(ports, stream, cancel)
        from known in last.IsSome ? Done : Fail<Unit>(new DomainError.NeverTagged(parsed.Tagged.Familiar))
        select new StreamSet(Seq1(stream), Seq<string>());

    /// <summary>By the name that it had last, or by an unambiguous beginning of its id.</summary>
    private static EitherAsync<DomainError, string> Removed(Ports ports, string text, DomainError error, CancellationToken cancel) =>
        from ever in ports.Views.ContainersEver(text.TrimStart('/'), cancel)
        from id in ever.Named.Match(Some: Give, None: () => Only("container", text, ever.Beginning, error))
        select id;

    /// <summary>By what its name, a tag, named last, or by an unambiguous beginning of its id.</summary>
    private static EitherAsync<DomainError, string> RemovedImage(Ports ports, string text, DomainError error, CancellationToken cancel) =>
        from tagged in ImageReference.Parse(text).Match(
            Right: reference => Newest(ports, Streams.Tag(reference.Tagged.Canonical), cancel), Left: _ => Give(Option<Recorded<DockEvent>>.None))
        from ever in tagged.IsSome ? Give(Seq<string>()) : ports.Views.ImagesEver(text.Replace(Digest.Prefix, ""), cancel)
        from id in tagged.Bind(last => Named(last.Event)).Match(Some: Give, None: () => Only("image", text, ever, error))
        select id;

    private static Option<string> Named(DockEvent happened) => happened switch
    {
        ImageTagged e => Some(e.Image),
        ImageUntagged e => Some(e.Image),
        _ => None,
    };

    private static EitherAsync<DomainError, Option<Recorded<DockEvent>>> Newest(Ports ports, string stream, CancellationToken cancel) =>
        ports.Ledger.Log.List(LogQuery.All with { Streams = Seq1(stream), Limit = 1 }, cancel).Map(found => found.HeadOrNone());

    private static EitherAsync<DomainError, string> Only(string kind, string text, Seq<string> found, DomainError error) =>
        found.Count switch
        {
            0 => Fail<string>(error),
            1 => Give(found[0]),
            _ => Fail<string>(new DomainError.Ambiguous(kind, text, found.Map(id => id[..12]).Strict())),
        };
}
