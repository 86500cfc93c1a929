namespace EventDock.Projections;

using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Store;

/// <summary>What the ledger says should be there.</summary>
/// <param name="Blobs">Further blobs that events tell of (manifests, change lists), with their sizes where those are known.</param>
public sealed record KnownStore(
    Seq<ImageRow> Images, Seq<LayerRow> Layers, Seq<TagRow> Tags, Seq<ContainerRow> Containers,
    IReadOnlyDictionary<string, long?> Blobs, Seq<Segment> Segments);

/// <summary>What a comparison has to know beside the two sides.</summary>
/// <param name="Quiet">No command is at work that could be about to tell the ledger of something on disk.</param>
/// <param name="Alive">The container's process runs.</param>
public sealed record CheckMoment(DateTimeOffset Now, bool Quiet, Func<ContainerRow, bool> Alive)
{
    /// <summary>What a command at work has made and not yet recorded is younger than this.</summary>
    public static readonly TimeSpan OnItsWay = TimeSpan.FromHours(1);
}

/// <summary>Ledger and disk compared: two inventories in, findings out.</summary>
public static class StoreCheck
{
    private const int ShortName = 16;

    /// <summary>The gravest first; within a kind by name.</summary>
    public static Seq<StoreFinding> Compare(KnownStore known, FoundStore found, CheckMoment moment) =>
        Ordered(
            Blobs(known, found, moment) + Layers(known, found, moment) + Links(known, found, moment)
            + Containers(known, found, moment) + Mounts(known, found, moment) + References(known) + Segments(known, found)
            + Leftovers(found));

    public static Seq<StoreFinding> Ordered(Seq<StoreFinding> findings) =>
        findings.OrderByDescending(f => f.Kind).ThenBy(f => f.What, StringComparer.Ordinal).ThenBy(f => f.Fault).ToSeq().Strict();

    private static Seq<StoreFinding> Blobs(KnownStore known, FoundStore found, CheckMoment moment)
    {
        var expected = new Dictionary<string, long?>(known.Blobs, StringComparer.Ordinal);
        foreach (var image in known.Images)
        {
            expected.TryAdd(image.Id, null);
        }

        foreach (var layer in known.Layers)
        {
            if (layer.Blob is { } blob)
            {
                expected[blob.Digest.Hex] = blob.Size.Value;
            }
        }

        var images = known.Images.Map(i => i.Id).ToHashSet(StringComparer.Ordinal);
        var findings = new List<StoreFinding>();
        foreach (var (name, size) in expected)
        {
            if (!found.Blobs.TryGetValue(name, out var blob))
            {
                findings.Add(new StoreFinding(FindingKind.Blob, Fault.Missing, name, ""));
            }
            else if (size is { } wanted && wanted != blob.Size)
            {
                findings.Add(new StoreFinding(FindingKind.Blob, Fault.WrongSize, name, $"{wanted} bytes expected, {blob.Size} found"));
            }
        }

        foreach (var (name, blob) in found.Blobs)
        {
            if (blob.Digest is { } digest && digest.Hex != name && expected.ContainsKey(name))
            {
                findings.Add(new StoreFinding(FindingKind.Blob, Fault.WrongDigest, name, $"its bytes are {digest.Value}"));
            }

            if (!expected.ContainsKey(name) && !(blob.ManifestOf is { } image && images.Contains(image)))
            {
                findings.Add(blob.ManifestOf is { } gone
                    ? new StoreFinding(FindingKind.Note, Fault.ManifestLeft, name, gone)
                    : Unknown($"blobs/sha256/{name}", blob.Since, moment));
            }
        }

        return findings.ToSeq();
    }

    private static Seq<StoreFinding> Layers(KnownStore known, FoundStore found, CheckMoment moment)
    {
        var committed = known.Layers.Filter(l => l.Container is null).Strict();
        var ids = committed.Map(l => l.Id).ToHashSet(StringComparer.Ordinal);
        return committed.Bind(layer => found.Layers.TryGetValue(layer.Id, out var there)
                ? Layer(layer, there)
                : Seq1(new StoreFinding(FindingKind.Layer, Fault.Missing, layer.Id, "")))
            + found.Layers.Where(l => !ids.Contains(l.Key)).Select(l => Unknown($"layers/{l.Key}", l.Value.Since, moment)).ToSeq();
    }

    private static Seq<StoreFinding> Layer(LayerRow layer, FoundLayer found)
    {
        if (!found.HasFiles)
        {
            return Seq1(new StoreFinding(FindingKind.Layer, Fault.Missing, layer.Id, "its directory of files"));
        }

        if (found.Record is not { } record)
        {
            return Seq1(new StoreFinding(FindingKind.Layer, Fault.RecordUnreadable, layer.Id, "layer.json"));
        }

        if (record.Id != layer.Id || record.Parent != layer.Parent || record.DiffId.Value != layer.DiffId?.Value
            || record.Blob.Digest.Value != layer.Blob?.Digest.Value || record.Blob.Size.Value != layer.Blob?.Size.Value)
        {
            return Seq1(new StoreFinding(FindingKind.Layer, Fault.RecordDiffers, layer.Id, "layer.json"));
        }

        return found is { Noted: { } noted, Walked: { } walked } && (noted.Entries != walked.Entries || noted.Digest.Hex != walked.Digest.Hex)
            ? Seq1(new StoreFinding(
                FindingKind.Layer, Fault.TreeDiffers, layer.Id,
                noted.Entries == walked.Entries ? "" : $"{noted.Entries} names were unpacked, {walked.Entries} are there"))
            : Seq<StoreFinding>();
    }

    private static Seq<StoreFinding> Links(KnownStore known, FoundStore found, CheckMoment moment)
    {
        var wanted = known.Layers.Filter(l => l.Container is null && found.Layers.ContainsKey(l.Id)).Strict();
        var names = found.Layers.Keys.Select(id => id[..ShortName]).ToHashSet(StringComparer.Ordinal);
        var unknown = found.Links.Keys.Where(link => !names.Contains(link)).Select(link => Unknown($"l/{link}", moment.Now, moment)).ToSeq();
        return unknown + wanted.Bind(layer => found.Links.TryGetValue(layer.Id[..ShortName], out var target)
            ? target == layer.Id
                ? Seq<StoreFinding>()
                : Seq1(new StoreFinding(FindingKind.Link, Fault.LinkAstray, $"l/{layer.Id[..ShortName]}", layer.Id))
            : Seq1(new StoreFinding(FindingKind.Link, Fault.LinkMissing, $"l/{layer.Id[..ShortName]}", layer.Id)));
    }

    private static Seq<StoreFinding> Containers(KnownStore known, FoundStore found, CheckMoment moment)
    {
        var ids = known.Containers.Map(c => c.Id.Value).ToHashSet(StringComparer.Ordinal);
        return known.Containers.Bind(container => found.Containers.TryGetValue(container.Id.Value, out var there)
                ? Container(container, there, found)
                : Seq1(new StoreFinding(FindingKind.Container, Fault.Missing, container.Id.Value, "")))
            + found.Containers.Where(c => !ids.Contains(c.Key)).Select(c => Unknown($"containers/{c.Key}", c.Value.Since, moment)).ToSeq();
    }

    private static Seq<StoreFinding> Container(ContainerRow container, FoundContainer there, FoundStore found) =>
        (there.Whole
            ? Seq<StoreFinding>()
            : Seq1(new StoreFinding(FindingKind.Container, Fault.NotWhole, container.Id.Value, "")))
        + there.Layers.Filter(id => !found.Layers.ContainsKey(id))
            .Map(id => new StoreFinding(FindingKind.Container, Fault.Dangling, container.Id.Value, $"layer {id}"));

    private static Seq<StoreFinding> Mounts(KnownStore known, FoundStore found, CheckMoment moment)
    {
        var mounted = found.Mounts.ToHashSet(StringComparer.Ordinal);
        var own = known.Containers.ToDictionary(c => Merged(c.Id.Value), StringComparer.Ordinal);
        var staged = found.Staging.Map(s => $"staging/{s.Name}/").Strict();
        var running = known.Containers.Filter(c => c.State == ContainerRow.Running).Strict();
        return running.Filter(c => !moment.Alive(c))
                .Map(c => new StoreFinding(FindingKind.Note, Fault.EndedUnseen, c.Id.Value, c.Name))
            + running.Filter(c => moment.Alive(c) && !mounted.Contains(Merged(c.Id.Value)))
                .Map(c => new StoreFinding(FindingKind.Mount, Fault.NotMounted, Merged(c.Id.Value), c.Name))
            + found.Mounts
                .Filter(m => !(own.TryGetValue(m, out var c) && c.State is ContainerRow.Running or ContainerRow.Starting)
                    && !staged.Exists(s => m.StartsWith(s, StringComparison.Ordinal)))
                .Map(m => new StoreFinding(FindingKind.Mount, Fault.StrayMount, m, ""));
    }

    private static string Merged(string container) => $"containers/{container}/merged";

    /// <summary>Names in the ledger's rows that lead nowhere. A container may outlive its image: its layers stay.</summary>
    private static Seq<StoreFinding> References(KnownStore known)
    {
        var images = known.Images.Map(i => i.Id).ToHashSet(StringComparer.Ordinal);
        var layers = known.Layers.Map(l => l.Id).ToHashSet(StringComparer.Ordinal);
        return known.Tags.Filter(t => !images.Contains(t.Image))
                .Map(t => new StoreFinding(FindingKind.Reference, Fault.Dangling, t.Reference, $"image {t.Image}"))
            + known.Images.Bind(i => i.Content.Layers.Filter(l => !layers.Contains(l.Id))
                .Map(l => new StoreFinding(FindingKind.Reference, Fault.Dangling, $"image {i.Id}", $"layer {l.Id}")));
    }

    private static Seq<StoreFinding> Segments(KnownStore known, FoundStore found) =>
        known.Segments.Bind(segment =>
            !found.Segments.TryGetValue(segment.File, out var size)
                ? Seq1(new StoreFinding(FindingKind.Segment, Fault.Missing, segment.File, ""))
            : size != segment.Bytes.Value
                ? Seq1(new StoreFinding(
                    FindingKind.Segment, Fault.WrongSize, segment.File, $"{segment.Bytes.Value} bytes expected, {size} found"))
            : Seq<StoreFinding>());

    private static Seq<StoreFinding> Leftovers(FoundStore found) =>
        found.Staging.Filter(s => !s.Held).Map(s => new StoreFinding(FindingKind.Note, Fault.LeftInStaging, $"staging/{s.Name}", ""))
        + (found.Trash == 0
            ? Seq<StoreFinding>()
            : Seq1(new StoreFinding(FindingKind.Note, Fault.WaitsInTrash, "trash", $"{found.Trash}")));

    private static StoreFinding Unknown(string what, DateTimeOffset since, CheckMoment moment) =>
        !moment.Quiet && moment.Now - since < CheckMoment.OnItsWay
            ? new StoreFinding(FindingKind.Note, Fault.MayBeOnItsWay, what, "")
            : new StoreFinding(FindingKind.Unknown, Fault.NotInLedger, what, "");
}
