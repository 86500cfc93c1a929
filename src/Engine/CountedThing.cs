namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using static EventDock.Engine.Pipeline;

/// <summary>The kinds of things whose events <c>@{3}</c> can count.</summary>
[Flags]
public enum ThingKinds
{
    None = 0,
    Container = 1,
    Image = 2,
}

/// <summary>From what a person types to the thing whose events are counted: of a container its own, of a tag its moves, of an image by its id its own.</summary>
public static class CountedThing
{
    /// <returns>None where nothing of these kinds has that name now.</returns>
    public static EitherAsync<DomainError, Option<Counted>> Of(Ports ports, string text, ThingKinds kinds, CancellationToken cancel) =>
        from container in kinds.HasFlag(ThingKinds.Container)
            ? Find.Container(ports, text, cancel)
                .Map(row => Some(new Counted($"container {row.Name}", Seq1(Streams.Container(row.Id.Value))))).Recover(Unknown)
            : Give(Option<Counted>.None)
        from image in container.IsNone && kinds.HasFlag(ThingKinds.Image) && Reflog.Split(text).IsNone
            ? Image(ports, text, cancel).Recover(Unknown)
            : Give(Option<Counted>.None)
        select container | image;

    private static EitherAsync<DomainError, Option<Counted>> Image(Ports ports, string text, CancellationToken cancel) =>
        from tag in Find.Tag(ports, text, None, cancel)
        from counted in tag.Match(
            Some: row => Give(new Counted(
                ImageReference.Parse(row.Reference).Match(Right: r => r.Familiar, Left: _ => row.Reference), Seq1(Streams.Tag(row.Reference)))),
            None: () => Find.Image(ports, text, None, cancel).Map(row => new Counted($"image {row.Id[..12]}", Seq1(Streams.Image(row.Id)))))
        select Some(counted);

    private static Option<EitherAsync<DomainError, Option<Counted>>> Unknown(DomainError error) =>
        error is DomainError.NoSuchContainer or DomainError.NoSuchImage ? Some(Give(Option<Counted>.None)) : None;
}
