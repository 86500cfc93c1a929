namespace EventDock.Tests.Adapters;

using System.IO;
using System.Text;
using EventDock.Adapters.Content;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary>Archives of images that lie. Each is refused by an error that names what is wrong, and leaves nothing behind.</summary>
public sealed class ArchiveHostileTests : IDisposable
{
    private static readonly Platform Host = new("linux", "amd64", null);
    private static readonly string Layer = Encoding.Latin1.GetString(new Archive().File("f", "x").Plain());
    private static readonly string DiffId = Of(Layer);

    private readonly ContentRoot root = new();

    public void Dispose() => root.Dispose();

    [Fact]
    public async Task The_archive_that_all_others_are_made_from_is_good()
    {
        var (archive, found) = await Read(Docker().Plain());
        Assert.Equal(Of(Config(DiffId)), Digest.Prefix + ContentRoot.Right(found)[0].Id);
        archive.Close();
        root.AssertNothingLeft();
    }

    /// <summary>docker 1.10 and skopeo let equal layers be links to one.</summary>
    [Fact]
    public async Task A_layer_may_be_a_link_within_the_archive()
    {
        var (archive, found) = await Read(new Archive()
            .File("manifest.json", Manifest("a/layer.tar", "b/layer.tar")).File("config.json", Config(DiffId, DiffId))
            .File("a/layer.tar", Layer).Symlink("b/layer.tar", "../a/layer.tar").Plain());
        Assert.Equal($"{DiffId} {DiffId}", string.Join(' ', ContentRoot.Right(found)[0].Layers.Map(l => l.File.Digest.Value)));
        archive.Close();
    }

    public static TheoryData<string, Func<byte[]>, Type> Bad => new()
    {
        { "nothing", () => [], typeof(DomainError.BadContent) },
        { "a name that climbs out", () => Docker().File("../x").Plain(), typeof(DomainError.LeavesRoot) },
        { "an absolute name", () => Docker().File("/x").Plain(), typeof(DomainError.LeavesRoot) },
        { "a link that climbs out", () => Docker().Symlink("a/l", "../../etc/passwd").Plain(), typeof(DomainError.LeavesRoot) },
        { "an absolute link", () => Docker().Symlink("l", "/etc/passwd").Plain(), typeof(DomainError.LeavesRoot) },
        { "a hard link that climbs out", () => Docker().Link("l", "../etc/passwd").Plain(), typeof(DomainError.LeavesRoot) },
        { "a device", () => Docker().Device("d", 1, 5).Plain(), typeof(DomainError.BadContent) },
        { "a FIFO", () => Docker().Fifo("p").Plain(), typeof(DomainError.BadContent) },
        { "a device for a layer", () => Described(Config(DiffId)).Device("layer.tar", 1, 5).Plain(), typeof(DomainError.BadContent) },
        { "a directory for a layer", () => Described(Config(DiffId)).Directory("layer.tar/").Plain(), typeof(DomainError.BadContent) },
        { "links in a circle for a layer", () => Described(Config(DiffId)).Symlink("layer.tar", "l").Symlink("l", "layer.tar").Plain(), typeof(DomainError.BadContent) },
        { "a layer that is missing", () => Described(Config(DiffId)).Plain(), typeof(DomainError.BadContent) },
        { "a configuration that is missing", () => new Archive().File("manifest.json", Manifest("layer.tar")).Plain(), typeof(DomainError.BadContent) },
        { "a configuration under another's digest", () => new Archive()
            .File("manifest.json", Manifest("layer.tar").Replace("config.json", $"{DiffId[7..]}.json", StringComparison.Ordinal))
            .File($"{DiffId[7..]}.json", Config(DiffId)).File("layer.tar", Layer).Plain(), typeof(DomainError.Corrupt) },
        { "more layers than diffIDs", () => Described(Config()).File("layer.tar", Layer).Plain(), typeof(DomainError.BadContent) },
        { "128 layers", () => new Archive().File("manifest.json", Manifest([.. Enumerable.Repeat("layer.tar", 128)]))
            .File("config.json", Config([.. Enumerable.Repeat(DiffId, 128)])).File("layer.tar", Layer).Plain(), typeof(DomainError.BadContent) },
        { "an image for Windows", () => Described(Config(DiffId).Replace("linux", "windows", StringComparison.Ordinal)).File("layer.tar", Layer).Plain(), typeof(DomainError.NoPlatform) },
        { "a tag that is none", () => Docker(Manifest("layer.tar").Replace("a:1", "a:@", StringComparison.Ordinal)).Plain(), typeof(DomainError.InvalidReference) },
        { "one tag for two images", () => Docker($"[{Manifest("layer.tar")[1..^1]},{Manifest().Replace("config.json", "other.json", StringComparison.Ordinal)[1..^1]}]")
            .File("other.json", Config()).Plain(), typeof(DomainError.BadContent) },
        { "no image", () => Docker("[]").Plain(), typeof(DomainError.BadContent) },
        { "a manifest over 4 MiB", () => Docker(Manifest("layer.tar") + new string(' ', 4 << 20)).Plain(), typeof(DomainError.BadContent) },
        { "a manifest that is nested without end", () => Docker(new string('[', 100_000)).Plain(), typeof(DomainError.BadContent) },
        { "a manifest with a key twice", () => Docker("[{\"Config\":\"config.json\",\"Config\":\"x\",\"Layers\":[]}]").Plain(), typeof(DomainError.BadContent) },
        { "two manifests", () => Docker().File("./manifest.json", "[]").Plain(), typeof(DomainError.BadContent) },
        { "more than 1,000 images", () => Docker($"[{string.Join(',', Enumerable.Repeat(Manifest("layer.tar")[1..^1], 1001))}]").Plain(), typeof(DomainError.BadContent) },
        { "a name of 5,000 bytes", () => Docker().File(new string('n', 5000)).Plain(), typeof(DomainError.BadContent) },
        { "100,000 entries", () => Enumerable.Range(0, 100_000).Aggregate(Docker(), (a, n) => a.Directory($"{n}/")).Plain(), typeof(DomainError.BadContent) },
        { "a tar that is cut off", () => Docker().Plain()[..1500], typeof(DomainError.BadContent) },
        { "gzip that is cut off", () => Docker().Gzip()[..^9], typeof(DomainError.BadContent) },
        { "something after gzip's end", () => [.. Docker().Gzip(), .. "more"u8], typeof(DomainError.BadContent) },
        { "zstd that is cut off", () => ContentZstdTests.Zstd(Docker().Plain())[..^3], typeof(DomainError.BadContent) },
        { "something after zstd's end", () => [.. ContentZstdTests.Zstd(Docker().Plain()), .. "and more"u8], typeof(DomainError.BadContent) },
        { "bzip2", () => [.. "BZh91AY&SY"u8], typeof(DomainError.NotSupported) },
        { "neither manifest.json nor oci-layout", () => new Archive().File("etc/passwd", "x").Plain(), typeof(DomainError.BadContent) },
        { "a blob that is missing", () => Oci(Index(Descriptor(MediaType.OciManifest, "x"))).Plain(), typeof(DomainError.BadContent) },
        { "a blob of another size", () => Oci(Index(Descriptor(MediaType.OciManifest, "{}", size: 1)), "{}").Plain(), typeof(DomainError.Corrupt) },
        { "a blob under another's digest", () => Oci(Index(Descriptor(MediaType.OciManifest, "{}"))).File($"blobs/sha256/{Of("{}")[7..]}", "[]").Plain(), typeof(DomainError.Corrupt) },
        { "an index that names itself", () => Oci(Index(Descriptor(MediaType.OciIndex, "{}"))).File($"blobs/sha256/{Of("{}")[7..]}", "{\"").Plain(), typeof(DomainError.Corrupt) },
        { "a thousand indexes within each other", () => Nested(1000), typeof(DomainError.BadContent) },
        { "an index of more than 1,000 images", () => Oci(Index([.. Enumerable.Range(0, 1001).Select(n => Descriptor(MediaType.OciManifest, $"{n}"))])).Plain(), typeof(DomainError.BadContent) },
        { "an artifact", () => Oci(Index(Descriptor(MediaType.OciManifest, Artifact)), Artifact).Plain(), typeof(DomainError.NotAnImage) },
        { "a layout of another version", () => new Archive().File("oci-layout", "{\"imageLayoutVersion\":\"2.0.0\"}").File("index.json", Index()).Plain(), typeof(DomainError.NotSupported) },
        { "images for other platforms only", () => Oci(Index(For("arm64", "a"), For("s390x", "b"))).Plain(), typeof(DomainError.NoPlatform) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_archive_is_refused_and_leaves_nothing(string what, Func<byte[]> archive, Type error)
    {
        var (staged, found) = await Read(archive());
        Assert.True(ContentRoot.Left(found).GetType() == error, $"{what}: {ContentRoot.Left(found)}");
        staged.Close();
        root.AssertNothingLeft();
    }

    /// <summary>What fails while it is read has nothing put aside.</summary>
    private async Task<(StagedArchive Archive, Either<DomainError, Seq<FoundImage>> Found)> Read(byte[] bytes)
    {
        var none = new StagedArchive(new ArchiveListing(""), 0, (_, _, _) => throw new InvalidOperationException(), _ => Stream.Null, () => { });
        var staged = await Archives.Create(root.Paths).Stage(new MemoryStream(bytes), "archive", CancellationToken.None).ToEither();
        return await staged.MatchAsync(
            RightAsync: async archive => (archive, await ArchivedImages.In(archive, "archive", Host, CancellationToken.None).ToEither()),
            Left: e => (none, Left<DomainError, Seq<FoundImage>>(e)));
    }

    private static Archive Docker(string? manifest = null) =>
        new Archive().File("manifest.json", manifest ?? Manifest("layer.tar")).File("config.json", Config(DiffId)).File("layer.tar", Layer);

    private static Archive Described(string config) => new Archive().File("manifest.json", Manifest("layer.tar")).File("config.json", config);

    private static string Manifest(params string[] layers) =>
        $"[{{\"Config\":\"config.json\",\"RepoTags\":[\"a:1\"],\"Layers\":[{string.Join(',', layers.Select(l => $"\"{l}\""))}]}}]";

    private static string Config(params string[] diffIds) =>
        $"{{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[{string.Join(',', diffIds.Select(d => $"\"{d}\""))}]}}}}";

    private static Archive Oci(string index, params string[] blobs) => blobs.Aggregate(
        new Archive().File("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}").File("index.json", index),
        (archive, blob) => archive.File($"blobs/sha256/{Of(blob)[7..]}", blob));

    private static string Index(params string[] descriptors) => $"{{\"schemaVersion\":2,\"manifests\":[{string.Join(',', descriptors)}]}}";

    private static string Descriptor(string type, string blob, int? size = null) =>
        $"{{\"mediaType\":\"{type}\",\"digest\":\"{Of(blob)}\",\"size\":{size ?? blob.Length}}}";

    private static string For(string architecture, string blob) =>
        Descriptor(MediaType.OciManifest, blob)[..^1] + $",\"platform\":{{\"os\":\"linux\",\"architecture\":\"{architecture}\"}}}}";

    private static byte[] Nested(int depth)
    {
        var blobs = new List<string> { "{}" };
        for (var n = 0; n < depth; n++)
        {
            blobs.Add(Index(Descriptor(n == 0 ? MediaType.OciManifest : MediaType.OciIndex, blobs[^1])));
        }

        return Oci(Index(Descriptor(MediaType.OciIndex, blobs[^1])), [.. blobs]).Plain();
    }

    private const string Artifact =
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.example\",\"digest\":\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\",\"size\":2},\"layers\":[]}";

    /// <summary>Every byte a character: the files here are ASCII.</summary>
    private static string Of(string text) => Digest.Of(Encoding.Latin1.GetBytes(text)).Value;
}
