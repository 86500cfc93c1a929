namespace EventDock.Domain.Images;

using System.Diagnostics;
using EventDock.Domain.Kernel;
using static EventDock.Domain.Images.ImageState;

/// <summary>What may be asked of, or reported about, one image.</summary>
public abstract record ImageCommand(string Id);

public sealed record RecordPulled(ImagePulled Fact) : ImageCommand(Fact.Id);

public sealed record RecordBuilt(ImageBuilt Fact) : ImageCommand(Fact.Id);

public sealed record RecordImported(ImageImported Fact) : ImageCommand(Fact.Id);

public sealed record RecordCommittedImage(ImageCommitted Fact) : ImageCommand(Fact.Id);

public sealed record RecordLoaded(ImageLoaded Fact) : ImageCommand(Fact.Id);

public sealed record RecordPushed(ImagePushed Fact) : ImageCommand(Fact.Id);

/// <summary>Its configuration has been fetched again, its digest checked.</summary>
public sealed record RecordImageRepaired(string Id, string Source) : ImageCommand(Id);

/// <summary>A removed image has been brought back.</summary>
public sealed record RestoreImage(ImageRestored Fact) : ImageCommand(Fact.Id);

public sealed record RemoveImage(string Id) : ImageCommand(Id);

public abstract record ImageState
{
    private ImageState() { }

    public sealed record Absent : ImageState;

    /// <param name="Pulls">References with their manifest digests under which it has been pulled.</param>
    public sealed record Present(Seq<string> Pulls) : ImageState
    {
        /// <summary>The last one: the very same again is a command that was not sure whether it has been recorded.</summary>
        public ImagePushed? Push { get; init; }
    }

    public sealed record Removed : ImageState;
}

/// <summary>The life of an image. Its tags have lives of their own (<see cref="TagDecider"/>).</summary>
public static class ImageDecider
{
    public static readonly Decider<ImageCommand, ImageState, ImageEvent> Decider = new(new Absent(), Decide, Evolve);

    public static Either<DomainError, Seq<ImageEvent>> Decide(ImageCommand command, ImageState state) =>
        (command, state) switch
        {
            (RecordPulled c, Present p) when p.Pulls.Exists(pull => pull == Pull(c.Fact)) => Nothing,
            (RecordPulled c, _) => Emit(c.Fact),
            (RecordBuilt, Present) => Nothing,
            (RecordBuilt c, _) => Emit(c.Fact),
            (RecordImported, Present) => Nothing,
            (RecordImported c, _) => Emit(c.Fact),
            (RecordCommittedImage, Present) => Nothing,
            (RecordCommittedImage c, _) => Emit(c.Fact),
            (RecordLoaded, Present) => Nothing,
            (RecordLoaded c, _) => Emit(c.Fact),
            (RecordPushed c, Present p) when c.Fact.Equals(p.Push) => Nothing,
            (RecordPushed c, Present) => Emit(c.Fact),
            (RecordImageRepaired c, Present) => Emit(new ImageRepaired(c.Id, c.Source)),
            (RestoreImage c, Removed) => Emit(c.Fact),
            (RestoreImage, Present) => Nothing,
            (RemoveImage c, Present) => Emit(new ImageRemoved(c.Id)),
            (RemoveImage, Removed) => Nothing,
            _ => new DomainError.NoSuchImage(command.Id),
        };

    public static ImageState Evolve(ImageState state, ImageEvent happened) =>
        (happened, state) switch
        {
            (ImagePulled e, Present p) => p with { Pulls = p.Pulls.Add(Pull(e)) },
            (ImagePulled e, _) => new Present(Seq1(Pull(e))),
            (ImagePushed e, Present p) => p with { Push = e },
            (ImagePushed or ImageRepaired, _) => state,
            (ImageBuilt or ImageImported or ImageCommitted or ImageLoaded or ImageRestored, Present p) => p,
            (ImageBuilt or ImageImported or ImageCommitted or ImageLoaded or ImageRestored, _) => new Present(Seq<string>()),
            (ImageRemoved, _) => new Removed(),
            _ => throw new UnreachableException($"no fold for {happened.GetType().Name}"),
        };

    private static string Pull(ImagePulled e) => $"{e.Reference} {e.Manifest.Value}";

    private static Either<DomainError, Seq<ImageEvent>> Emit(ImageEvent happened) => Right(Seq1(happened));

    private static Either<DomainError, Seq<ImageEvent>> Nothing => Right(Seq<ImageEvent>());
}
