namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>The streams of what is named, whether it is there or was.</summary>
public static class LogStreams
{
    /// <summary>A container's own, its thin layer's and those of its execs.</summary>
    public static EitherAsync<DomainError, StreamSet> OfContainer(Ports ports, string text, CancellationToken cancel) =>
        from found in FindPast.Container(ports, text, cancel)
        let id = found.Row.Id.Value
        select new StreamSet(Seq(Streams.Container(id), Streams.Layer(id)), Seq1(Streams.ExecsOf(id)));

    /// <summary>An image's own, and those of the tags that name it now.</summary>
    public static EitherAsync<DomainError, StreamSet> OfImage(Ports ports, string text, CancellationToken cancel) =>
        from found in FindPast.Image(ports, text, cancel)
        from tags in ports.Views.TagsOf(found.Row.Id, cancel)
        select new StreamSet(Streams.Image(found.Row.Id).Cons(tags.Map(t => Streams.Tag(t.Reference))).ToSeq().Strict(), Seq<string>());

    /// <summary>Errors: that of a text that is no reference; NeverTagged.</summary>
    public static EitherAsync<DomainError, StreamSet> OfTag(Ports ports, string text, CancellationToken cancel) =>
        from parsed in ImageReference.Parse(text).ToAsync()
        let stream = Streams.Tag(parsed.Tagged.Canonical)
        from last in ports.Ledger.Log.Newest(stream, cancel)
        from known in last.IsSome ? Done : Fail<Unit>(new DomainError.NeverTagged(parsed.Tagged.Familiar))
        select new StreamSet(Seq1(stream), Seq<string>());
}
