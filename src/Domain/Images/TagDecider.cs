namespace EventDock.Domain.Images;

using System.Diagnostics;
using EventDock.Domain.Kernel;
using static EventDock.Domain.Images.TagState;

/// <summary>What may be asked of one reference (canonical).</summary>
public abstract record TagCommand(string Reference);

public sealed record TagImage(string Reference, string Image) : TagCommand(Reference);

/// <summary>Takes the reference away from this image: not from another that has got it in the meantime.</summary>
public sealed record UntagImage(string Reference, string Image) : TagCommand(Reference);

public abstract record TagState
{
    private TagState() { }

    public sealed record Free : TagState;

    public sealed record Names(string Image) : TagState;
}

/// <summary>The life of a reference.</summary>
public static class TagDecider
{
    public static readonly Decider<TagCommand, TagState, TagEvent> Decider = new(new Free(), Decide, Evolve);

    public static Either<DomainError, Seq<TagEvent>> Decide(TagCommand command, TagState state) =>
        (command, state) switch
        {
            (TagImage c, Names n) when n.Image == c.Image => Nothing,
            (TagImage c, Names n) => Emit(new ImageTagged(c.Reference, c.Image, n.Image)),
            (TagImage c, Free) => Emit(new ImageTagged(c.Reference, c.Image, Previous: null)),
            (UntagImage c, Names n) when n.Image == c.Image => Emit(new ImageUntagged(c.Reference, c.Image)),
            (UntagImage, _) => Nothing,
            _ => throw new UnreachableException($"no rule for {command.GetType().Name}"),
        };

    public static TagState Evolve(TagState state, TagEvent happened) =>
        happened switch
        {
            ImageTagged e => new Names(e.Image),
            ImageUntagged => new Free(),
            _ => throw new UnreachableException($"no fold for {happened.GetType().Name}"),
        };

    private static Either<DomainError, Seq<TagEvent>> Emit(TagEvent happened) => Right(Seq1(happened));

    private static Either<DomainError, Seq<TagEvent>> Nothing => Right(Seq<TagEvent>());
}
