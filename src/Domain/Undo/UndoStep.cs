namespace EventDock.Domain.Undo;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;

/// <summary>One thing that a command has left otherwise than it was, and how it is to be again.</summary>
public abstract record UndoStep
{
    private UndoStep() { }

    /// <summary>Position of the command's last event about it: what happened to it later may stand in the way.</summary>
    public long After { get; init; }

    /// <summary>A reference names again what it named before.</summary>
    /// <param name="Left">The image that the command left it with; null: none.</param>
    /// <param name="Before">The one that it named before; null: none.</param>
    public sealed record TagBack(string Reference, string? Left, string? Before) : UndoStep;

    /// <summary>A container has its former name again.</summary>
    public sealed record NameBack(ContainerId Id, string Left, string Before) : UndoStep;

    /// <summary>A removed container is there again, with its thin layer.</summary>
    public sealed record ContainerBack(ContainerId Id) : UndoStep;

    /// <summary>A container that was brought back is removed again.</summary>
    public sealed record ContainerAway(ContainerId Id) : UndoStep;

    /// <summary>A removed image is there again, with its layers.</summary>
    public sealed record ImageBack(string Id) : UndoStep;

    /// <summary>An image that was brought back is removed again.</summary>
    public sealed record ImageAway(string Id) : UndoStep;

    /// <summary>Where what happens to the thing is recorded.</summary>
    public string Stream => this switch
    {
        TagBack s => Streams.Tag(s.Reference),
        NameBack s => Streams.Container(s.Id.Value),
        ContainerBack s => Streams.Container(s.Id.Value),
        ContainerAway s => Streams.Container(s.Id.Value),
        ImageBack s => Streams.Image(s.Id),
        ImageAway s => Streams.Image(s.Id),
        _ => throw new System.Diagnostics.UnreachableException($"no stream for {GetType().Name}"),
    };

    /// <summary>An event of that stream that changes what the step is about.</summary>
    public bool IsTouchedBy(DockEvent happened) => this switch
    {
        TagBack => happened is TagEvent,
        NameBack => happened is ContainerRenamed or ContainerRemoved or ContainerRestored,
        ContainerBack or ContainerAway => happened is ContainerRemoved or ContainerRestored,
        _ => happened is ImageEvent and not (ImagePushed or ImageRepaired),
    };

    /// <summary>All is already as the step would make it.</summary>
    public bool IsDone(Seq<DockEvent> past) => this switch
    {
        TagBack s => Named(past) == s.Before,
        NameBack s => Container(past) is not ContainerState.Removed and var state && state.Name == s.Before,
        ContainerBack => Container(past) is not ContainerState.Removed,
        ContainerAway => Container(past) is ContainerState.Removed,
        ImageBack => Image(past) is ImageState.Present,
        _ => Image(past) is not ImageState.Present,
    };

    private static string? Named(Seq<DockEvent> past) =>
        TagDecider.Decider.Fold(past.Map(e => (TagEvent)e).Strict()) is TagState.Names names ? names.Image : null;

    private static ContainerState Container(Seq<DockEvent> past) =>
        ContainerDecider.Decider.Fold(past.Map(e => (ContainerEvent)e).Strict());

    private static ImageState Image(Seq<DockEvent> past) => ImageDecider.Decider.Fold(past.Map(e => (ImageEvent)e).Strict());
}
