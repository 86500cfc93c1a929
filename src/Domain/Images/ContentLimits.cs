namespace EventDock.Domain.Images;

using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>How much one layer, or one archive, may hold: beyond what is real, so that only a bomb meets it.</summary>
/// <param name="Bytes">Of all files together, expanded.</param>
/// <param name="Depth">Directories within each other.</param>
public sealed record ContentLimit(long Bytes, long Entries, int Depth);

/// <summary>What config.json says under <c>limits</c>: keys <c>layer-bytes</c>, <c>archive-entries</c> and so on.</summary>
/// <param name="Layer">Of one layer; what <c>import</c> reads counts as one, and so does a build context that comes as an archive.</param>
/// <param name="Archive">Of an archive of images.</param>
public sealed record ContentLimits(ContentLimit Layer, ContentLimit Archive)
{
    /// <summary>128 GiB each; an archive of 1,000 images whose layers nobody shares has 65,536 entries.</summary>
    public static readonly ContentLimits Default = new(
        new ContentLimit(1L << 37, 10_000_000, MostDepth), new ContentLimit(1L << 37, 65_536, MostDepth));

    public const string Key = "limits";

    /// <summary>Beyond that, what walks a tree would leave things out.</summary>
    private const int MostDepth = 1024;

    private static readonly string[] Keys =
        ["layer-bytes", "layer-entries", "layer-depth", "archive-bytes", "archive-entries", "archive-depth"];

    public static Either<DomainError, ContentLimits> Read(JsonShape shape, JsonElement root) =>
        shape.OptionalObject(root, Key) is not { } given ? Default
        : given.EnumerateObject().Select(m => m.Name).FirstOrDefault(name => !Keys.Contains(name)) is { } unknown
            ? new DomainError.Invalid("configuration key", $"{Key}.{unknown}", "is not a key that EventDock knows")
        : Of(shape, given, "layer", Default.Layer).Bind(layer =>
            Of(shape, given, "archive", Default.Archive).Map(archive => new ContentLimits(layer, archive)));

    private static Either<DomainError, ContentLimit> Of(JsonShape shape, JsonElement given, string what, ContentLimit usual) =>
        Number(shape, given, $"{what}-bytes", usual.Bytes, long.MaxValue).Bind(bytes =>
            Number(shape, given, $"{what}-entries", usual.Entries, long.MaxValue).Bind(entries =>
                Number(shape, given, $"{what}-depth", usual.Depth, MostDepth).Map(depth => new ContentLimit(bytes, entries, (int)depth))));

    private static Either<DomainError, long> Number(JsonShape shape, JsonElement given, string key, long usual, long most) =>
        JsonShape.Member(given, key) is not { } said ? usual
        : shape.Count(given, key) is var count && count >= 1 && count <= most ? count
        : new DomainError.Invalid($"{Key}.{key}", said.ToString(), most == long.MaxValue ? "must be a number of 1 or more" : $"must be a number from 1 to {most}");
}
