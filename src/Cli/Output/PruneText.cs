namespace EventDock.Cli.Output;

using EventDock.Engine;

/// <summary>What a prune prints: a plan, or what has gone, in docker's words.</summary>
public static class PruneText
{
    /// <summary>One line a thing that would go, the bytes, and the id under which exactly this can be asked for.</summary>
    public static string Plan(PlannedPrune planned) =>
        string.Concat(planned.Plan.Lines.Select(line => TerminalText.Escape(line) + "\n"))
        + $"Reclaimable space: {Human.ProgressSize(planned.Plan.Bytes)}\nPlan: {planned.Id}\n";

    public static string Done(Pruned done) =>
        Part("Deleted Containers:", done.Containers)
        + Part("Deleted Images:", done.Images.Select(Line))
        + Part("Deleted build cache objects:", done.Layers)
        + Part("Deleted kept contents of containers:", done.Contents)
        + Total(done.Bytes);

    public static string Total(long bytes) => $"Total reclaimed space: {Human.ProgressSize(bytes)}\n";

    private static string Part(string title, IEnumerable<string> lines)
    {
        var all = lines.ToArray();
        return all.Length == 0 ? "" : $"{title}\n{string.Concat(all.Select(line => line + "\n"))}\n";
    }

    private static string Line(RemovedImage removed) => removed switch
    {
        RemovedImage.Untagged r => $"untagged: {r.Reference}",
        RemovedImage.Deleted r => $"deleted: {r.Digest.Value}",
        _ => throw new System.Diagnostics.UnreachableException($"no line for {removed.GetType().Name}"),
    };
}
