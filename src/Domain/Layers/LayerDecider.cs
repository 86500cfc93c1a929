namespace EventDock.Domain.Layers;

using System.Diagnostics;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using static EventDock.Domain.Layers.LayerState;

/// <summary>What may be asked of, or reported about, one layer.</summary>
public abstract record LayerCommand(string Id);

/// <summary>A layer of an image stands in the store, complete.</summary>
public sealed record RecordCommitted(string Id, StoredLayer Layer) : LayerCommand(Id);

/// <summary>A container's thin layer has been made over <paramref name="Parent"/>.</summary>
public sealed record RecordActive(string Id, string? Parent) : LayerCommand(Id);

/// <param name="Quota">How many paths may be recorded for one thin layer in all.</param>
public sealed record RecordWritten(string Id, string Cause, ThinLayerDelta Delta, long Quota) : LayerCommand(Id)
{
    /// <summary>Where the layer's files were to be kept, too.</summary>
    public KeptContent? Content { get; init; }

    /// <summary>There is nothing to be recorded.</summary>
    public bool IsEmpty => Delta.IsEmpty && Content is null;
}

/// <summary>A damaged layer has been made anew, every digest checked.</summary>
public sealed record RecordLayerRepaired(string Id, string Damage, string Source) : LayerCommand(Id);

/// <summary>A removed container's thin layer has been brought back.</summary>
public sealed record RestoreLayer(LayerRestored Fact) : LayerCommand(Fact.Id);

public sealed record RemoveLayer(string Id) : LayerCommand(Id);

/// <summary>What has been kept of a removed thin layer's files goes.</summary>
public sealed record RemoveLayerContent(string Id, ByteCount Bytes) : LayerCommand(Id);

public abstract record LayerState
{
    private LayerState() { }

    public sealed record Absent : LayerState;

    public sealed record Committed : LayerState;

    /// <param name="Recorded">Paths recorded so far.</param>
    /// <param name="HasContent">Its files have been kept, at one moment at least.</param>
    public sealed record Active(long Recorded, bool QuotaReached, bool HasContent = false) : LayerState;

    /// <param name="HasContent">Its files are still kept.</param>
    public sealed record Removed(bool HasContent = false) : LayerState;
}

/// <summary>The life of a layer.</summary>
public static class LayerDecider
{
    /// <summary>Paths recorded of one thin layer before its LayerWritten carry counts alone: a container must not drown the log.</summary>
    public const long DefaultQuota = 1_000_000;

    public static readonly Decider<LayerCommand, LayerState, LayerEvent> Decider = new(new Absent(), Decide, Evolve);

    public static Either<DomainError, Seq<LayerEvent>> Decide(LayerCommand command, LayerState state) =>
        (command, state) switch
        {
            (RecordCommitted c, Absent or Removed) => Emit(new LayerCreated(
                c.Id, Container: null, c.Layer.Parent, c.Layer.DiffId, c.Layer.Blob, c.Layer.Size)),
            (RecordCommitted, Committed) => Nothing,
            (RecordActive c, Absent) => Emit(new LayerCreated(c.Id, c.Id, c.Parent, DiffId: null, Blob: null, Size: 0)),
            (RecordWritten { IsEmpty: true }, Active) => Nothing,
            (RecordWritten c, Active a) => Right(Written(c, a)),
            (RecordLayerRepaired c, Committed) => Emit(new LayerRepaired(c.Id, c.Damage, c.Source)),
            (RestoreLayer c, Removed) => Emit(c.Fact),
            (RestoreLayer, Active) => Nothing,
            (RemoveLayer c, Committed or Active) => Emit(new LayerRemoved(c.Id)),
            (RemoveLayer, Removed) => Nothing,
            (RemoveLayerContent c, Removed { HasContent: true }) => Emit(new LayerContentRemoved(c.Id, c.Bytes)),
            (RemoveLayerContent, Removed) => Nothing,
            _ => new DomainError.LayerGone(command.Id),
        };

    public static LayerState Evolve(LayerState state, LayerEvent happened) =>
        (happened, state) switch
        {
            (LayerCreated { Container: null }, _) => new Committed(),
            (LayerCreated, _) => new Active(0, QuotaReached: false),
            (LayerRestored e, _) => new Active(e.Written.Value, e.QuotaReached, state is Removed { HasContent: true }),
            (LayerWritten e, Active a) => a with
            {
                Recorded = a.Recorded + e.Added + e.Modified + e.Deleted,
                HasContent = a.HasContent || e.Content is not null,
            },
            (LayerQuotaReached, Active a) => a with { QuotaReached = true },
            (LayerWritten or LayerQuotaReached or LayerRepaired, _) => state,
            (LayerRemoved, _) => new Removed(state is Active { HasContent: true }),
            (LayerContentRemoved, _) => state is Removed ? new Removed() : state,
            _ => throw new UnreachableException($"no fold for {happened.GetType().Name}"),
        };

    private static Seq<LayerEvent> Written(RecordWritten command, Active state)
    {
        var changes = command.Delta.Changes;
        var total = state.Recorded + changes.Count;
        var counted = new LayerWritten(
            command.Id,
            command.Cause,
            changes.Count(c => c.Kind == "A"),
            changes.Count(c => c.Kind == "C"),
            changes.Count(c => c.Kind == "D"),
            changes.Fold(0L, (sum, c) => sum + c.Size.Value),
            state.QuotaReached ? null : command.Delta.ChangeList,
            state.QuotaReached ? Seq<PathChange>() : changes.Take(LayerWritten.MostInline).ToSeq(),
            command.Delta.Incomplete,
            command.Content?.Blob,
            command.Content?.LeftOut);
        return total > command.Quota && !state.QuotaReached
            ? Seq<LayerEvent>(counted, new LayerQuotaReached(command.Id, total))
            : Seq1<LayerEvent>(counted);
    }

    private static Either<DomainError, Seq<LayerEvent>> Emit(LayerEvent happened) => Right(Seq1(happened));

    private static Either<DomainError, Seq<LayerEvent>> Nothing => Right(Seq<LayerEvent>());
}
