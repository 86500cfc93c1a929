namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>One move of a tag.</summary>
/// <param name="Back">How many moves ago what it brought about was so: 0 is what is so now.</param>
/// <param name="Image">What the tag named from here on; None: nothing.</param>
/// <param name="Here">The image is here, and can be used.</param>
public sealed record TagMove(int Back, Option<string> Image, Recorded<DockEvent> Event, bool Here);

/// <summary><c>eventdock reflog TAG</c>, and images by what a tag once named: <c>web@{1}</c>, <c>web:latest@{2h ago}</c>.</summary>
public static class Reflog
{
    /// <summary>Newest first.</summary>
    public static EitherAsync<DomainError, Seq<TagMove>> Of(Ports ports, ImageReference reference, CancellationToken cancel) =>
        from events in ports.Ledger.Log.List(LogQuery.All with { Streams = Seq1(Streams.Tag(reference.Canonical)) }, cancel)
        from known in events.IsEmpty ? Fail<Unit>(new DomainError.NeverTagged(reference.Familiar)) : Done
        from here in ports.Views.Images.Keyed(events.Choose(e => Named(e.Event)).Distinct().ToSeq().Strict(), None, cancel)
        let present = here.Map(image => image.Id).ToHashSet(StringComparer.Ordinal)
        select events.Select((e, back) => new TagMove(back, Named(e.Event), e, Named(e.Event).Map(present.Contains).IfNone(false))).ToSeq().Strict();

    /// <summary>A text such as <c>web@{1}</c>, as its two halves.</summary>
    public static Option<(string Name, string Moment)> Split(string text) =>
        text.EndsWith('}') && text.IndexOf("@{", StringComparison.Ordinal) is > 0 and var at ? Some((text[..at], text[at..])) : None;

    /// <summary>The image that a tag named at a moment, where it is still here.</summary>
    public static EitherAsync<DomainError, ImageRow> Image(Ports ports, string name, string moment, CancellationToken cancel) =>
        from parsed in ImageReference.Parse(name).ToAsync()
        let reference = parsed.Tagged
        from named in MomentText.Parse("moment", moment, ports.World.Wall()).ToAsync()
        from at in FindMoment.At(
            ports, named, occurred: false, Some(new Counted(reference.Familiar, Seq1(Streams.Tag(reference.Canonical)))), cancel)
        from tag in ports.Views.Tags.Keyed(Seq1(reference.Canonical), Some(at.Position), cancel)
        from id in tag.HeadOrNone().Match(
            Some: row => Give(row.Image),
            None: () => Fail<string>(new DomainError.TagMeantNothing(reference.Familiar, moment)))
        from row in Here(ports, $"{reference.Familiar}{moment}", id, cancel)
        select row;

    /// <summary>An image that was there, if it still is.</summary>
    /// <param name="text">What it was asked for by.</param>
    internal static EitherAsync<DomainError, ImageRow> Here(Ports ports, string text, string id, CancellationToken cancel) =>
        from here in ports.Views.Images.Keyed(Seq1(id), None, cancel)
        from row in here.HeadOrNone().Match(Some: Give, None: () => Gone<ImageRow>(ports, text, id, cancel))
        select row;

    /// <summary>Where an image that is not here any more came from: the last time first.</summary>
    internal static EitherAsync<DomainError, T> Gone<T>(Ports ports, string text, string id, CancellationToken cancel) =>
        from pulls in ports.Ledger.Log.List(LogQuery.All with { Streams = Seq1(Streams.Image(id)), Types = Seq1(nameof(ImagePulled)) }, cancel)
        from none in Fail<T>(new DomainError.ImageGone(text, id, pulls.Choose(Source).Distinct().ToSeq().Strict()))
        select none;

    private static Option<string> Source(Recorded<DockEvent> recorded) =>
        recorded.Event is ImagePulled pulled
            ? ImageReference.Parse(pulled.Reference).Match(Right: named => Some(named.At(pulled.Manifest).Familiar), Left: _ => None)
            : None;

    private static Option<string> Named(DockEvent happened) => happened is ImageTagged tagged ? Some(tagged.Image) : None;
}
