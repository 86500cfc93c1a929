namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using static EventDock.Engine.Pipeline;

/// <summary>What <c>eventdock restore</c> has brought back.</summary>
public abstract record BroughtBack
{
    private BroughtBack() { }

    /// <param name="Lost">Variables of -e whose values are gone for good.</param>
    public sealed record Container(Seq<string> Lost) : BroughtBack;

    /// <param name="Named">The image that it names now.</param>
    public sealed record Tag(string Named) : BroughtBack;

    public sealed record Image(string Id) : BroughtBack;
}

/// <summary><c>eventdock restore CONTAINER|TAG|IMAGE</c>: what a text means, in this order.</summary>
public static class Restoring
{
    /// <param name="asOf">Which state is to be brought back; null: the last there was.</param>
    /// <param name="occurred">A time is one of what happened.</param>
    public static EitherAsync<DomainError, BroughtBack> Run(Ports ports, string text, string? asOf, bool occurred, CancellationToken cancel) =>
        from moment in (asOf is null
            ? Right<DomainError, Option<(string Text, Moment Moment)>>(None)
            : MomentText.Parse("--as-of", asOf, ports.World.Wall()).Map(m => Some((Text: asOf, Moment: occurred ? m.ByOccurred : m)))).ToAsync()
        from restored in Restore.Run(ports, text, moment.Map(m => m.Moment), cancel).Map(lost => (BroughtBack)new BroughtBack.Container(lost))
            .Recover(error => error is DomainError.NotKept ? Some(Other(ports, text, moment, error, cancel)) : None)
        select restored;

    private static EitherAsync<DomainError, BroughtBack> Other(
        Ports ports, string text, Option<(string Text, Moment Moment)> moment, DomainError notKept, CancellationToken cancel) =>
        ImageReference.Parse(text).ToAsync()
            .Bind(reference => RestoreTag.Run(ports, reference.Tagged, moment, cancel)).Map(image => (BroughtBack)new BroughtBack.Tag(image))
            .Recover(error => error is DomainError.NeverTagged or DomainError.InvalidReference
                ? Some(moment.IsSome
                    ? Fail<BroughtBack>(notKept)
                    : RestoreImage.Run(ports, text, cancel).Map(id => (BroughtBack)new BroughtBack.Image(id))
                        .Recover(none => none is DomainError.NoSuchImage ? Some(Fail<BroughtBack>(notKept)) : None))
                : None);
}
