namespace EventDock.Tests.Cli;

using System.Text;
using System.Text.Json;

/// <summary>Archives of images whose documents lie.</summary>
public sealed class HostileArchiveTests(HostileInstallation eventdock) : IClassFixture<HostileInstallation>
{
    private static readonly byte[] Layer = new Crafted().File("f").Done();
    private static readonly string Config = Crafted.Config(null, Layer);

    private static readonly Dictionary<string, (Func<byte[]> Archive, string Says)> Hostile = new()
    {
        ["a manifest over 4 MiB"] = (() => Docker(manifest: Manifest() + new string(' ', 4 << 20)), "longer than"),
        ["a configuration over 8 MiB"] = (() => Docker(Config + new string(' ', 8 << 20)), "longer than"),
        ["arrays in each other without end"] = (() => Docker(manifest: new string('[', 100_000)), "not valid JSON"),
        ["objects in each other without end"] = (() => Docker(string.Concat(Enumerable.Repeat("{\"config\":", 10_000))), "not valid JSON"),
        ["a key twice in the manifest"] = (() => Docker(manifest: "[{\"Config\":\"config.json\",\"Config\":\"x\",\"Layers\":[]}]"), "'Config' twice"),
        ["a key twice in the configuration"] = (() => Docker(Config[..^1] + ",\"os\":\"linux\"}"), "'os' twice"),
        ["a number beyond all bounds"] = (() => Docker(Config[..^1] + ",\"config\":{\"Healthcheck\":{\"Interval\":1e999999}}}"), "'Interval'"),
        ["an integer beyond all bounds"] = (() => Docker(Config[..^1] + $",\"config\":{{\"Healthcheck\":{{\"Retries\":{new string('9', 5000)}}}}}}}"), "'Retries'"),
        ["a year beyond all bounds"] = (() => Docker(Config[..^1] + ",\"created\":\"99999-01-01T00:00:00Z\"}"), "'created'"),
        ["text that is not UTF-8"] = (() => Docker(manifest: Encoding.Latin1.GetBytes("[{\"Config\":\"\xff\",\"RepoTags\":[],\"Layers\":[]}]")), "not Unicode"),
        ["half a surrogate pair"] = (() => Docker(Config[..^1] + ",\"author\":\"\\ud800\"}"), "not Unicode"),
        ["a NUL in a path"] = (() => Docker(manifest: Manifest().Replace("layer0.tar", "layer0.tar\\u0000x", StringComparison.Ordinal)), "NUL"),
        ["a NUL in a command"] = (() => Docker(Config[..^1] + ",\"config\":{\"Cmd\":[\"sh\\u0000x\"]}}"), "NUL"),
        ["a raw NUL"] = (() => Docker("\0" + Config), "not valid JSON"),
        ["an environment that is an object"] = (() => Docker(Config[..^1] + ",\"config\":{\"Env\":{\"a\":1}}}"), "'Env'"),
        ["null for a configuration"] = (() => Docker("null"), "not a JSON object"),
        ["control characters in a tag"] = (() => Docker(manifest: Manifest("evil\\u001b[31m\\n:1")), @"evil\x1b[31m\n:1"),
        ["control characters in a path"] = (() => Docker(manifest: Manifest().Replace("config.json", "c\\u001b[2J\\u009b", StringComparison.Ordinal)), @"c\x1b[2J\x9b is missing"),
        ["control characters in an entry's name"] = (() => new Crafted().Fifo("\x1b]0;title\a").Done(), @"\x1b]0;title\x07"),
        ["a tag that is none"] = (() => Docker(manifest: Manifest("se@cond")), "invalid reference"),
        ["a layer that climbs out"] = (() => Docker(manifest: Manifest().Replace("layer0.tar", "../../etc/passwd", StringComparison.Ordinal)), "leave its root"),
        ["an absolute layer"] = (() => Docker(manifest: Manifest().Replace("layer0.tar", "/etc/passwd", StringComparison.Ordinal)), "leave its root"),
        ["a layer that is a link to the host's file"] = (() => Described().Symlink("layer0.tar", "/etc/passwd").Done(), "leave its root"),
        ["a layer that is a device"] = (() => Described().Device("layer0.tar", 1, 5).Done(), "is a device"),
        ["a layer that is a FIFO"] = (() => Described().Fifo("layer0.tar").Done(), "is a FIFO"),
        ["a layer that is a directory"] = (() => Described().Directory("layer0.tar").Done(), "is a directory"),
        ["a layer that is missing"] = (() => Described().Done(), "is missing"),
        ["a layer of another diffID"] = (() => Docker(layer: new Crafted().File("g").Done()), "diffID"),
        ["a configuration under another's digest"] = (() => new Crafted().File("manifest.json", Manifest().Replace("config.json", new string('a', 64) + ".json", StringComparison.Ordinal))
            .File(new string('a', 64) + ".json", Config).File("layer0.tar", Layer).Done(), new string('a', 64)),
        ["two entries of one name"] = (() => new Crafted().File("manifest.json", Manifest()).File("manifest.json", "[]").Done(), "twice"),
        ["70,000 entries"] = (() => Busybox.Gzip(Enumerable.Range(0, 70_000).Aggregate(Described(), (all, n) => all.Directory($"{n}")).Done()), "more than 65536 entries"),
        ["an index that is nested a thousandfold"] = (() => Nested(1000), "nested deeper"),
        ["an index of a thousand indexes"] = (() => Oci(Index([.. Enumerable.Repeat(Descriptor("index", Index()), 1001)]), Index()), "more than 1000 images"),
        ["a blob that is missing"] = (() => Oci(Index(Descriptor("manifest", "{}"))), "is missing"),
        ["a blob of another size"] = (() => Oci(Index(Descriptor("manifest", "{}").Replace("\"size\":2", "\"size\":3", StringComparison.Ordinal)), "{}"), "size"),
        ["a negative size"] = (() => Oci(Index(Descriptor("manifest", "{}").Replace("\"size\":2", "\"size\":-2", StringComparison.Ordinal)), "{}"), "'size'"),
        ["a digest that is a path"] = (() => Oci(Index(Descriptor("manifest", "{}").Replace("sha256:", "sha256:../", StringComparison.Ordinal)), "{}"), "'digest'"),
        ["an artifact that is no image"] = (() => Oci(Index(Descriptor("manifest", Artifact)), Artifact), "not an image"),
    };

    public static TheoryData<string> All => [.. Hostile.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void An_archive_that_lies_is_refused_from_a_file_and_from_a_pipe(string what)
    {
        var (archive, says) = (Hostile[what].Archive(), Hostile[what].Says);
        Assert.Contains(says, eventdock.Refuses(1, null, "load", "-i", eventdock.Write("bad.tar", archive)), StringComparison.Ordinal);
        Assert.Contains(says, eventdock.Refuses(1, archive, "load", "-q"), StringComparison.Ordinal);
    }

    private static byte[] Docker(string? config = null, object? manifest = null, byte[]? layer = null) => new Crafted()
        .File("manifest.json", manifest as byte[] ?? Encoding.UTF8.GetBytes(manifest as string ?? Manifest()))
        .File("config.json", config ?? Config).File("layer0.tar", layer ?? Layer).Done();

    private static Crafted Described() => new Crafted().File("manifest.json", Manifest()).File("config.json", Config);

    private static string Manifest(string tag = "evil:1") => $"[{{\"Config\":\"config.json\",\"RepoTags\":[\"{tag}\"],\"Layers\":[\"layer0.tar\"]}}]";

    private static byte[] Oci(string index, params string[] blobs) => blobs.Aggregate(
        new Crafted().File("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}").File("index.json", index),
        (all, blob) => all.File($"blobs/sha256/{Sha(blob)[7..]}", blob)).Done();

    private static string Index(params string[] descriptors) => $"{{\"schemaVersion\":2,\"manifests\":[{string.Join(',', descriptors)}]}}";

    private static string Descriptor(string kind, string blob) =>
        $"{{\"mediaType\":\"application/vnd.oci.image.{kind}.v1+json\",\"digest\":\"{Sha(blob)}\",\"size\":{blob.Length}}}";

    private static byte[] Nested(int depth)
    {
        var blobs = new List<string> { "{}" };
        for (var n = 0; n < depth; n++)
        {
            blobs.Add(Index(Descriptor(n == 0 ? "manifest" : "index", blobs[^1])));
        }

        return Oci(Index(Descriptor("index", blobs[^1])), [.. blobs]);
    }

    private static string Artifact => JsonSerializer.Serialize(new
    {
        schemaVersion = 2,
        config = new { mediaType = "application/vnd.example", digest = Sha("{}"), size = 2 },
        layers = System.Array.Empty<object>(),
    });

    private static string Sha(string text) => Crafted.Sha(Encoding.UTF8.GetBytes(text));
}
