namespace EventDock.Domain.Oci;

/// <summary>Which entry of an index is for a platform (OCI image-spec, image-index.md, "platform"; variants as docker orders them).</summary>
public static class PlatformChoice
{
    /// <summary>
    /// The first entry for the platform, the best variant before lesser ones (an ARM v7 machine runs v6 and v5); where no entry
    /// fits, the first one that names no platform. Entries of unknown/unknown are attestations and never chosen.
    /// </summary>
    public static Option<IndexEntry> Of(Seq<IndexEntry> entries, Platform wanted) =>
        Variants(wanted)
            .Select(variant => entries.Find(e => e.Platform is { } p && Fits(p, wanted, variant)))
            .Append(entries.Find(e => e.Platform is null))
            .FirstOrDefault(found => found.IsSome);

    private static bool Fits(Platform offered, Platform wanted, string variant) =>
        offered.Os == wanted.Os && offered.Architecture == wanted.Architecture && Variant(offered) == variant;

    /// <summary>A missing variant means the usual one: v7 for arm, v8 for arm64, v1 for amd64.</summary>
    private static string Variant(Platform platform) =>
        platform.Variant ?? platform.Architecture switch
        {
            "arm" => "v7",
            "arm64" => "v8",
            "amd64" => "v1",
            _ => "",
        };

    private static IEnumerable<string> Variants(Platform wanted) =>
        (wanted.Architecture, Variant(wanted)) switch
        {
            ("arm" or "amd64", ['v', >= '1' and <= '9' and var level]) =>
                Enumerable.Range(1, level - '0').Reverse().Select(n => $"v{n}"),
            ("arm64", var variant and not "v8") => [variant, "v8"],
            (_, var variant) => [variant],
        };
}
