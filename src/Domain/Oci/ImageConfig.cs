namespace EventDock.Domain.Oci;

using System.Text.Json.Serialization;
using EventDock.Domain.Kernel;

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
/// <param name="More">What few images have; null where there is none of it.</param>
public sealed record RunConfig(
    Seq<string> Env, Seq<string> Entrypoint, Seq<string> Cmd, string WorkingDir, string User, string? StopSignal,
    Seq<Label> Labels, Seq<string> ExposedPorts, Seq<string> Volumes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RunMore? More = null)
{
    public static readonly RunConfig Empty =
        new(Seq<string>(), Seq<string>(), Seq<string>(), "", "", null, Seq<Label>(), Seq<string>(), Seq<string>());
}

/// <summary>Docker's additions to the configuration (Docker image spec 1.2).</summary>
/// <param name="OnBuild">Instructions for builds that stand on the image.</param>
/// <param name="Shell">What a command that is a line is given to; empty for /bin/sh -c.</param>
public sealed record RunMore(Seq<string> OnBuild, Seq<string> Shell, Healthcheck? Healthcheck)
{
    public static readonly RunMore Empty = new(Seq<string>(), Seq<string>(), null);
}

/// <summary>How a container says that it is well. Durations are nanoseconds; null is docker's default.</summary>
/// <param name="Test">CMD and words, CMD-SHELL and a line, or NONE.</param>
/// <param name="Retries">Failures in a row that make it unwell.</param>
public sealed record Healthcheck(
    Seq<string> Test, ByteCount? Interval, ByteCount? Timeout, ByteCount? StartPeriod, ByteCount? Retries);

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
