namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>eventdock restore TAG</c>: the tag names again what it named at a moment, or else before its last event. An image that has been removed
/// comes back with it, as long as it is kept.
/// </summary>
internal static class RestoreTag
{
    /// <returns>The image's id.</returns>
    public static EitherAsync<DomainError, string> Run(
        Ports ports, ImageReference reference, Option<(string Text, Moment Moment)> asOf, CancellationToken cancel) =>
        from wanted in asOf.Match(
            Some: at => Then(ports, reference, at.Text, at.Moment, cancel),
            None: () => Before(ports, reference, cancel))
        from done in ports.Locks.Store.Take(false, cancel).Holding(() => ports.Again(() => Name(ports, reference, wanted, cancel), cancel))
        select wanted;

    private static EitherAsync<DomainError, string> Then(
        Ports ports, ImageReference reference, string text, Moment moment, CancellationToken cancel) =>
        from at in FindMoment.At(
            ports, moment, occurred: false, Some(new Counted(reference.Familiar, Seq1(Streams.Tag(reference.Canonical)))), cancel)
        from tag in ports.Views.Tags.Keyed(Seq1(reference.Canonical), Some(at.Position), cancel)
        from image in tag.HeadOrNone().Match(
            Some: row => Give(row.Image), None: () => Fail<string>(new DomainError.TagMeantNothing(reference.Familiar, text)))
        select image;

    private static EitherAsync<DomainError, string> Before(Ports ports, ImageReference reference, CancellationToken cancel) =>
        from past in ports.Store.Read(Streams.Tag(reference.Canonical), cancel)
        from image in past.LastOrNone().Match(
            None: () => Fail<string>(new DomainError.NeverTagged(reference.Familiar)),
            Some: last => last.Event switch
            {
                ImageUntagged e => Give(e.Image),
                ImageTagged { Previous: { } previous } => Give(previous),
                _ => Fail<string>(new DomainError.TagMeantNothing(reference.Familiar, "@{1}")),
            })
        select image;

    private static EitherAsync<DomainError, Unit> Name(Ports ports, ImageReference reference, string image, CancellationToken cancel) =>
        from here in ports.Views.Images.Keyed(Seq1(image), None, cancel)
        let now = ports.World.Clock()
        from back in here.IsEmpty
            ? from row in RestoreImage.Kept(ports, reference.Familiar, image, cancel)
              from brought in RestoreImage.Bring(ports, row, cancel)
              from append in RestoreImage.Decided(ports, brought, now, cancel)
              select append
            : Give(Append.None.Holding(new Guard.ImagePresent(image)))
        from tag in Tag.Decided(ports, image, Seq1(reference), cancel)
        let whole = back.And(tag)
        from _ in whole.IsEmpty ? Done : ports.Store.Append(whole, cancel).Ignore()
        select unit;
}
