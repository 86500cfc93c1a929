namespace EventDock.Domain.Oci;

/// <summary>
/// An image's configuration (OCI image-spec, config.md). Its bytes' digest is the image id; reading and writing stand in
/// <see cref="ImageConfigJson"/>.
/// </summary>
/// <param name="DiffIds">Of the uncompressed layers, base first.</param>
public sealed record ImageConfig(
    DateTimeOffset? Created, string? Author, Platform Platform, RunConfig Run, Seq<Digest> DiffIds, Seq<HistoryEntry> History);

/// <summary>How a container of the image is run unless it is told otherwise (config.md, "config").</summary>
/// <param name="Env">NAME=value.</param>
/// <param name="Entrypoint">Empty where none is set.</param>
/// <param name="Labels">In the order of the keys.</param>
public sealed record RunConfig(
    Seq<string> Env, Seq<string> Entrypoint, Seq<string> Cmd, string WorkingDir, string User, string? StopSignal,
    Seq<Label> Labels, Seq<string> ExposedPorts, Seq<string> Volumes)
{
    public static readonly RunConfig Empty =
        new(Seq<string>(), Seq<string>(), Seq<string>(), "", "", null, Seq<Label>(), Seq<string>(), Seq<string>());
}

public sealed record Label(string Key, string Value);

/// <summary>One instruction in the making of an image (config.md, "history").</summary>
/// <param name="Empty">It made no layer.</param>
public sealed record HistoryEntry(DateTimeOffset? Created, string CreatedBy, string? Comment, string? Author, bool Empty);

/// <summary>Layer identities that follow from others.</summary>
public static class ChainId
{
    /// <summary>The chain ID of each layer, base first (config.md, "Layer ChainID").</summary>
    public static Seq<Digest> Of(Seq<Digest> diffIds)
    {
        var chain = new List<Digest>(diffIds.Count);
        foreach (var diffId in diffIds)
        {
            chain.Add(chain.Count == 0 ? diffId : Next(chain[^1], diffId));
        }

        return chain.ToSeq();
    }

    public static Digest Next(Digest parent, Digest diffId) =>
        Digest.Of(System.Text.Encoding.ASCII.GetBytes($"{parent.Value} {diffId.Value}"));
}
