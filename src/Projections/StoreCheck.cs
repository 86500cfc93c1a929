namespace EventDock.Projections;

using EventDock.Domain.Containers;
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
    private const string ContainerPrefix = "containers/";

    /// <summary>Whose directory it is that the ledger does not know.</summary>
    public static Option<ContainerId> ContainerOf(StoreFinding finding) =>
        finding.Kind == FindingKind.Unknown && finding.What.StartsWith(ContainerPrefix, StringComparison.Ordinal)
            ? ContainerId.Parse(finding.What[ContainerPrefix.Length..]).ToOption()
            : None;

    /// <summary>The gravest first; within a kind by name.</summary>
    public static Seq<StoreFinding> Compare(KnownStore known, FoundStore found, CheckMoment moment) =>
        Ordered(
        [
            .. Blobs(known, found, moment), .. Layers(known, found, moment), .. Links(known, found, moment),
            .. Containers(known, found, moment), .. Mounts(known, found, moment), .. References(known), .. Segments(known, found),
            .. Leftovers(found),
        ]);

    public static Seq<StoreFinding> Ordered(IEnumerable<StoreFinding> findings) =>
        findings.OrderByDescending(f => f.Kind).ThenBy(f => f.What, StringComparer.Ordinal).ThenBy(f => f.Fault)
            .ThenBy(f => f.Detail, StringComparer.Ordinal).ToArray().ToSeq().Strict();

    private static List<StoreFinding> Blobs(KnownStore known, FoundStore found, CheckMoment moment)
    {
        var all = new List<StoreFinding>();
        var expected = Expected(known);
        var images = known.Images.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, size) in expected)
        {
            if (!found.Blobs.TryGetValue(name, out var blob))
            {
                all.Add(new StoreFinding(FindingKind.Blob, Fault.Missing, name, ""));
            }
            else if (size is { } wanted && wanted != blob.Size)
            {
                all.Add(new StoreFinding(FindingKind.Blob, Fault.WrongSize, name, $"{wanted} bytes expected, {blob.Size} found"));
            }
            else if (blob.Digest is { } digest && digest.Hex != name)
            {
                all.Add(new StoreFinding(FindingKind.Blob, Fault.WrongDigest, name, $"its bytes are {digest.Value}"));
            }
        }

        foreach (var (name, blob) in found.Blobs.Where(b => !expected.ContainsKey(b.Key)))
        {
            if (blob.ManifestOf is not { } image)
            {
                all.Add(Unknown($"blobs/sha256/{name}", blob.Since, found, moment));
            }
            else if (!images.Contains(image))
            {
                all.Add(new StoreFinding(FindingKind.Note, Fault.ManifestLeft, name, image));
            }
        }

        return all;
    }

    /// <summary>By digest, with the size where the ledger has it.</summary>
    private static Dictionary<string, long?> Expected(KnownStore known)
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

        return expected;
    }

    private static List<StoreFinding> Layers(KnownStore known, FoundStore found, CheckMoment moment)
    {
        var all = new List<StoreFinding>();
        var ids = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        foreach (var layer in known.Layers.Where(l => l.Container is null))
        {
            ids.Add(layer.Id);
            if (Layer(layer, found.Layers.GetValueOrDefault(layer.Id)) is { } finding)
            {
                all.Add(finding);
            }
        }

        foreach (var (id, layer) in found.Layers.Where(l => !ids.Contains(l.Key)))
        {
            all.Add(Unknown($"layers/{id}", layer.Since, found, moment));
        }

        return all;
    }

    private static StoreFinding? Layer(LayerRow layer, FoundLayer? found) =>
        found is null ? Damaged(layer, Fault.Missing, "")
        : !found.HasFiles ? Damaged(layer, Fault.Missing, "its directory of files")
        : found.Record is not { } record ? Damaged(layer, Fault.RecordUnreadable, "layer.json")
        : record.Id != layer.Id || record.Parent != layer.Parent || record.DiffId.Value != layer.DiffId?.Value
            || record.Blob.Digest.Value != layer.Blob?.Digest.Value || record.Blob.Size.Value != layer.Blob?.Size.Value
            ? Damaged(layer, Fault.RecordDiffers, "layer.json")
        : found is { Noted: { } noted, Walked: { } walked } && (noted.Entries != walked.Entries || noted.Digest.Hex != walked.Digest.Hex)
            ? Damaged(layer, Fault.TreeDiffers,
                noted.Entries == walked.Entries ? "" : $"{noted.Entries} names were unpacked, {walked.Entries} are there")
        : null;

    private static StoreFinding Damaged(LayerRow layer, Fault fault, string detail) => new(FindingKind.Layer, fault, layer.Id, detail);

    private static List<StoreFinding> Links(KnownStore known, FoundStore found, CheckMoment moment)
    {
        var all = new List<StoreFinding>();
        foreach (var layer in known.Layers.Where(l => l.Container is null && found.Layers.ContainsKey(l.Id)))
        {
            var name = layer.Id[..ShortName];
            if (!found.Links.TryGetValue(name, out var target))
            {
                all.Add(new StoreFinding(FindingKind.Link, Fault.LinkMissing, $"l/{name}", layer.Id));
            }
            else if (target != layer.Id)
            {
                all.Add(new StoreFinding(FindingKind.Link, Fault.LinkAstray, $"l/{name}", layer.Id));
            }
        }

        var names = found.Layers.Keys.Concat(known.Layers.Select(l => l.Id)).Where(id => id.Length > ShortName)
            .Select(id => id[..ShortName]).ToHashSet(StringComparer.Ordinal);
        foreach (var link in found.Links.Keys.Where(link => !names.Contains(link)))
        {
            all.Add(Unknown($"l/{link}", moment.Now, found, moment));
        }

        return all;
    }

    private static List<StoreFinding> Containers(KnownStore known, FoundStore found, CheckMoment moment)
    {
        var all = new List<StoreFinding>();
        var ids = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        foreach (var id in known.Containers.Select(c => c.Id.Value))
        {
            ids.Add(id);
            if (!found.Containers.TryGetValue(id, out var there))
            {
                all.Add(new StoreFinding(FindingKind.Container, Fault.Missing, id, ""));
                continue;
            }

            if (!there.Whole)
            {
                all.Add(new StoreFinding(FindingKind.Container, Fault.NotWhole, id, ""));
            }

            foreach (var layer in there.Layers.Where(layer => !found.Layers.ContainsKey(layer)))
            {
                all.Add(new StoreFinding(FindingKind.Container, Fault.Dangling, id, $"layer {layer}"));
            }
        }

        foreach (var (id, container) in found.Containers.Where(c => !ids.Contains(c.Key)))
        {
            all.Add(Unknown(ContainerPrefix + id, container.Since, found, moment));
        }

        return all;
    }

    private static List<StoreFinding> Mounts(KnownStore known, FoundStore found, CheckMoment moment)
    {
        var all = new List<StoreFinding>();
        var mounted = found.Mounts.ToHashSet(StringComparer.Ordinal);
        var needed = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        foreach (var container in known.Containers.Where(c => c.State is ContainerRow.Running or ContainerRow.Starting))
        {
            var merged = $"containers/{container.Id.Value}/merged";
            needed.Add(merged);
            if (container.State == ContainerRow.Running && !moment.Alive(container))
            {
                all.Add(new StoreFinding(FindingKind.Note, Fault.EndedUnseen, container.Id.Value, container.Name));
            }
            else if (container.State == ContainerRow.Running && !mounted.Contains(merged))
            {
                all.Add(new StoreFinding(FindingKind.Mount, Fault.NotMounted, merged, container.Name));
            }
        }

        foreach (var mount in mounted.Where(m => !needed.Contains(m) && !m.StartsWith("staging/", StringComparison.Ordinal)))
        {
            all.Add(found.Claimed.Any(claimed => mount.StartsWith(claimed + "/", StringComparison.Ordinal))
                ? new StoreFinding(FindingKind.Note, Fault.Claimed, mount, "")
                : new StoreFinding(FindingKind.Mount, Fault.StrayMount, mount, ""));
        }

        return all;
    }

    /// <summary>Names in the ledger's rows that lead nowhere. A container may outlive its image: its layers stay.</summary>
    private static List<StoreFinding> References(KnownStore known)
    {
        var all = new List<StoreFinding>();
        var images = known.Images.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        var layers = known.Layers.Select(l => l.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var tag in known.Tags.Where(t => !images.Contains(t.Image)))
        {
            all.Add(new StoreFinding(FindingKind.Reference, Fault.Dangling, tag.Reference, $"image {tag.Image}"));
        }

        foreach (var image in known.Images)
        {
            foreach (var layer in image.Content.Layers.Where(l => !layers.Contains(l.Id)))
            {
                all.Add(new StoreFinding(FindingKind.Reference, Fault.Dangling, $"image {image.Id}", $"layer {layer.Id}"));
            }
        }

        return all;
    }

    private static List<StoreFinding> Segments(KnownStore known, FoundStore found)
    {
        var all = new List<StoreFinding>();
        foreach (var segment in known.Segments)
        {
            if (!found.Segments.TryGetValue(segment.File, out var size))
            {
                all.Add(new StoreFinding(FindingKind.Segment, Fault.Missing, segment.File, ""));
            }
            else if (size != segment.Bytes.Value)
            {
                all.Add(new StoreFinding(
                    FindingKind.Segment, Fault.WrongSize, segment.File, $"{segment.Bytes.Value} bytes expected, {size} found"));
            }
        }

        return all;
    }

    private static List<StoreFinding> Leftovers(FoundStore found)
    {
        var all = new List<StoreFinding>();
        foreach (var staged in found.Staging.Where(s => !s.Held))
        {
            all.Add(new StoreFinding(FindingKind.Note, Fault.LeftInStaging, $"staging/{staged.Name}", ""));
        }

        if (found.Trash > 0)
        {
            all.Add(new StoreFinding(FindingKind.Note, Fault.WaitsInTrash, "trash", $"{found.Trash}"));
        }

        return all;
    }

    private static StoreFinding Unknown(string what, DateTimeOffset since, FoundStore found, CheckMoment moment) =>
        found.Claimed.Contains(what) ? new StoreFinding(FindingKind.Note, Fault.Claimed, what, "")
        : !moment.Quiet && moment.Now - since < CheckMoment.OnItsWay
            ? new StoreFinding(FindingKind.Note, Fault.MayBeOnItsWay, what, "")
            : new StoreFinding(FindingKind.Unknown, Fault.NotInLedger, what, "");
}
