namespace EventDock.Projections;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Store;

/// <summary>What is done about one thing that a check has found.</summary>
public abstract record RepairStep(string What)
{
    /// <summary>The layer's blob is sound: its files are unpacked from it again.</summary>
    public sealed record Unpack(LayerRow Layer) : RepairStep($"layer {Layer.Id}");

    /// <summary>Blob and files of the layer are fetched again from where an image that has it came from.</summary>
    public sealed record FetchLayer(LayerRow Layer, Seq<ImagePulled> From) : RepairStep($"layer {Layer.Id}");

    public sealed record FetchConfig(string Image, Seq<ImagePulled> From) : RepairStep($"image {Image}");

    public sealed record Relink(string Layer) : RepairStep($"l/{Layer[..16]}");

    public sealed record Rebuild() : RepairStep("views");

    /// <summary>Its container has been removed: it goes to the trash, as it should have then.</summary>
    public sealed record TakeAway(ContainerId Container) : RepairStep($"containers/{Container.Value}");

    /// <summary>Containers run on the layer: it cannot be exchanged under them.</summary>
    public sealed record InUse(string Layer, Seq<string> Containers) : RepairStep($"layer {Layer}");

    /// <summary>No blob is left that it could be made of, and no image that has it came from a registry.</summary>
    public sealed record Lost(string Of) : RepairStep(Of);

    /// <summary>A person has to look at it: nothing is deleted or unmounted by itself.</summary>
    public sealed record Leave(StoreFinding Finding) : RepairStep(Finding.What);
}

/// <summary>From what a check has found to what can be done about it.</summary>
public static class RepairPlan
{
    /// <param name="pulls">Where images came from, the newest first.</param>
    public static Seq<RepairStep> Of(Seq<StoreFinding> findings, KnownStore known, Seq<ImagePulled> pulls)
    {
        var blobs = findings.Where(f => f.Kind == FindingKind.Blob).Select(f => f.What).ToHashSet(StringComparer.Ordinal);
        var damaged = findings.Where(f => f.Kind == FindingKind.Layer).Select(f => f.What).ToHashSet(StringComparer.Ordinal);
        var layers = known.Layers.Where(l => l.Container is null && l.Blob is not null).ToArray();
        var wrong = layers.Where(l => damaged.Contains(l.Id) || blobs.Contains(l.Blob!.Digest.Hex)).ToArray();
        var configs = known.Images.Where(i => blobs.Contains(i.Id)).ToArray();
        var told = wrong.Select(l => l.Blob!.Digest.Hex).Concat(configs.Select(i => i.Id)).ToHashSet(StringComparer.Ordinal);
        return wrong.Select(l => Layer(l, blobs.Contains(l.Blob!.Digest.Hex), known, pulls))
            .Concat(configs.Select(i => Config(i, pulls)))
            .Concat(findings.Where(f => f.Kind == FindingKind.Link && !damaged.Contains(f.Detail)).Select(f => new RepairStep.Relink(f.Detail)))
            .Concat(findings.Where(f => f.Kind == FindingKind.View).Take(1).Select(_ => new RepairStep.Rebuild()))
            .Concat(findings.Where(f => f.Kind == FindingKind.Blob && !told.Contains(f.What)).Select(f => new RepairStep.Lost($"blob {f.What}")))
            .Concat(findings.Where(f => f.Kind == FindingKind.Container).Select(f => f.What).Distinct().Select(c => new RepairStep.Lost($"container {c}")))
            .Concat(findings.Where(f => f.Kind == FindingKind.Segment).Select(f => new RepairStep.Lost($"segment {f.What}")))
            .Concat(findings.Where(f => f.Fault == Fault.Removed).SelectMany(f => StoreCheck.ContainerOf(f).Map(id => new RepairStep.TakeAway(id)).ToSeq()))
            .Concat(findings.Where(f => f.Fault != Fault.Removed && f.Kind is FindingKind.Unknown or FindingKind.Mount or FindingKind.Reference)
                .Select(f => new RepairStep.Leave(f)))
            .ToArray().ToSeq().Strict();
    }

    private static RepairStep Layer(LayerRow layer, bool blobIsWrong, KnownStore known, Seq<ImagePulled> pulls)
    {
        var running = known.Containers.Where(c => c.State is ContainerRow.Running or ContainerRow.Starting).ToArray();
        var users = running.Where(c => DiskUsage.Held(known.Layers, [c]).Contains(layer.Id)).Select(c => c.Name).ToArray();
        if (users.Length > 0)
        {
            return new RepairStep.InUse(layer.Id, users.ToSeq().Strict());
        }

        if (!blobIsWrong)
        {
            return new RepairStep.Unpack(layer);
        }

        var from = pulls.Where(p => p.Image.Layers.Exists(l => l.Id == layer.Id)).ToArray();
        return from.Length > 0 ? new RepairStep.FetchLayer(layer, from.ToSeq().Strict()) : new RepairStep.Lost($"layer {layer.Id}");
    }

    private static RepairStep Config(ImageRow image, Seq<ImagePulled> pulls)
    {
        var from = pulls.Where(p => p.Id == image.Id).ToArray();
        return from.Length > 0 ? new RepairStep.FetchConfig(image.Id, from.ToSeq().Strict()) : new RepairStep.Lost($"image {image.Id}");
    }
}
