namespace EventDock.Tests.Adapters;

using System.IO;
using System.IO.Compression;
using EventDock.Adapters.Content;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary>
/// Good archives with something changed at random: each is read to the end, or refused by one error. Nothing throws, nothing
/// hangs, nothing stays. The seed is fixed; EVENTDOCK_FUZZ_CASES asks for more cases.
/// </summary>
public sealed class ArchiveFuzzTests : IDisposable
{
    private const int Seed = 20_261_121;

    private static readonly Platform Host = new("linux", "amd64", null);
    private static readonly int Cases = int.TryParse(Environment.GetEnvironmentVariable("EVENTDOCK_FUZZ_CASES"), out var asked) ? asked : 300;

    private static readonly byte[] Below = new Archive().Directory("d").File("d/f", new string('x', 3000)).Symlink("l", "d").Fifo("p").Plain();
    private static readonly byte[] Above = new Archive().File("d/.wh.f").File(".wh.l").Link("h", "g").File("g", "y", uid: 70_000).Plain();
    private static readonly byte[] Links = new Archive().File("a", "1").Link("b", "a").File(new string('n', 200), "2").Gzip();

    private readonly ContentRoot root = new();

    public void Dispose() => root.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_changed_archive_is_read_or_refused_and_leaves_nothing(int part)
    {
        var outcomes = new List<string>();
        for (var n = part; n < Cases; n += 4)
        {
            var random = new Random(Seed + n);
            var archive = Changed(random, n % 2 == 0 ? Docker : Oci);
            var before = Stand();
            try
            {
                outcomes.Add(await Read(archive).WaitAsync(TimeSpan.FromSeconds(60)));
            }
            catch (Exception e)
            {
                throw new Xunit.Sdk.XunitException($"case {n}: {e}");
            }

            root.AssertNothingLeft();
            Assert.True(before == Stand(), $"case {n} has left something");
        }

        // Not all of one kind: the changes reach the documents, the layers, and now and then nothing that matters.
        Assert.True(outcomes.Distinct().Count() >= 3, string.Join(' ', outcomes.CountBy(o => o)));
    }

    /// <summary>As `load` does it, but for the ledger; a layer that was made is taken away again. Tells how far it came.</summary>
    private async Task<string> Read(byte[] bytes)
    {
        var staged = await Archives.Create(root.Paths).Stage(new MemoryStream(bytes), "archive", CancellationToken.None).ToEither();
        return await staged.MatchAsync(
            RightAsync: async archive =>
            {
                var found = await ArchivedImages.In(archive, "archive", Host, CancellationToken.None).ToEither();
                var outcome = await found.MatchAsync(RightAsync: images => Made(archive, images), Left: _ => "refused by its documents");
                archive.Close();
                return outcome;
            },
            Left: _ => "refused as an archive");
    }

    private async Task<string> Made(Domain.Images.StagedArchive archive, Seq<FoundImage> images)
    {
        var outcome = "loaded";
        foreach (var image in images)
        {
            outcome = await Made(archive, image) ? outcome : "refused by a layer";
        }

        return outcome;
    }

    private async Task<bool> Made(Domain.Images.StagedArchive archive, FoundImage image)
    {
        var chain = ChainId.Of(image.Config.DiffIds);
        var made = new List<string>();
        for (var n = 0; n < chain.Count; n++)
        {
            var file = image.Layers[n].File;
            var layer = await root.Layers.Import(
                new LayerImport(
                    n == 0 ? null : chain[n - 1].Hex, image.Layers[n].Blob, image.Config.DiffIds[n],
                    _ => RightAsync<DomainError, Stream>(archive.Open(file)), _ => { }) { Staged = file },
                CancellationToken.None).ToEither();
            if (layer.IsLeft)
            {
                break;
            }

            made.Add(chain[n].Hex);
        }

        foreach (var id in Enumerable.Reverse(made).Distinct())
        {
            Assert.True((await root.Layers.Discard(id, CancellationToken.None).ToEither()).IsRight);
        }

        return made.Count == chain.Count;
    }

    private string Stand() => string.Join(
        ' ', new[] { root.Paths.Layers, root.Paths.Blobs, root.Paths.Links }.SelectMany(d => Directory.GetFileSystemEntries(d)).Order(StringComparer.Ordinal));

    /// <summary>A document changed and all digests over it made anew, or bytes of the whole changed as they come.</summary>
    private static byte[] Changed(Random random, Func<Func<byte[], byte[]>, byte[]> make)
    {
        var target = random.Next(9);
        var count = 0;
        var archive = make(bytes => count++ == target ? Mutated(random, bytes) : bytes);
        return target < count ? archive : random.Next(3) == 0 ? Mutated(random, Archive.Gzip(archive)) : Mutated(random, archive);
    }

    private static byte[] Mutated(Random random, byte[] bytes)
    {
        var copy = bytes.ToArray();
        for (var times = 1 + random.Next(3); times > 0 && copy.Length > 0; times--)
        {
            var at = random.Next(copy.Length);
            switch (random.Next(6))
            {
                case 0:
                    copy[at] = (byte)random.Next(256);
                    break;
                case 1:
                    copy[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    copy = copy[..at];
                    break;
                case 3:
                    copy = [.. copy[..at], .. copy[at..][..Math.Min(copy.Length - at, random.Next(600))], .. copy[at..]];
                    break;
                case 4:
                    copy = [.. copy[..at], .. copy[Math.Min(copy.Length, at + random.Next(600))..]];
                    break;
                default:
                    copy = [.. copy[..at], .. Bytes.Of(Words[random.Next(Words.Length)]), .. copy[at..]];
                    break;
            }
        }

        return copy;
    }

    private static readonly string[] Words =
    [
        "[", "{", "}", "]", ",", ":", "\"", "null", "-1", "1e999", "99999999999999999999", "\\u0000", "\\ud800", "../", "/", ".wh.", ".wh..wh..opq",
        "sha256:", "\0", "\u001b[2J", "0000000", "77777777777", "\u0080", "ustar", "true",
    ];

    private static byte[] Docker(Func<byte[], byte[]> pass)
    {
        byte[][] layers = [pass(Below), pass(Above), pass(Links)];
        var archive = new Archive().Holding("config.json", pass(Bytes.Of(Config(layers))))
            .Holding("manifest.json", pass(Bytes.Of("[{\"Config\":\"config.json\",\"RepoTags\":[\"a:1\",\"b:2\"],\"Layers\":[\"0.tar\",\"1.tar\",\"2.tar\"]}]")));
        return layers.Select((layer, n) => (layer, n)).Aggregate(archive, (all, l) => all.Holding($"{l.n}.tar", l.layer)).Plain();
    }

    private static byte[] Oci(Func<byte[], byte[]> pass)
    {
        byte[][] layers = [pass(Below), pass(Above), pass(Links)];
        var config = pass(Bytes.Of(Config(layers)));
        var manifest = pass(Bytes.Of(
            $"{{\"schemaVersion\":2,\"mediaType\":\"{MediaType.OciManifest}\",\"config\":{Descriptor(MediaType.OciConfig, config)},"
            + $"\"layers\":[{string.Join(',', layers.Select(l => Descriptor(MediaType.OciLayer, l)))}]}}"));
        var index = pass(Bytes.Of($"{{\"schemaVersion\":2,\"manifests\":[{Descriptor(MediaType.OciManifest, manifest)}]}}"));
        var archive = new Archive().Holding("oci-layout", pass(Bytes.Of("{\"imageLayoutVersion\":\"1.0.0\"}"))).Holding("index.json", index);
        return layers.Append(config).Append(manifest).DistinctBy(b => Digest.Of(b).Hex)
            .Aggregate(archive, (all, blob) => all.Holding($"blobs/sha256/{Digest.Of(blob).Hex}", blob)).Plain();
    }

    private static string Descriptor(string type, byte[] blob) =>
        $"{{\"mediaType\":\"{type}\",\"digest\":\"{Digest.Of(blob)}\",\"size\":{blob.Length}}}";

    /// <summary>With the diffIDs of what the layers have become, so that the change is met where they are unpacked.</summary>
    private static string Config(byte[][] layers) =>
        "{\"os\":\"linux\",\"architecture\":\"amd64\",\"created\":\"2026-11-21T00:00:00Z\",\"config\":{\"Cmd\":[\"sh\"],\"Env\":[\"A=1\"],"
        + "\"Labels\":{\"k\":\"v\"}},\"history\":[{\"created_by\":\"x\"},{\"empty_layer\":true}],\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
        + string.Join(',', layers.Select(l => $"\"{Digest.Of(Plain(l))}\"")) + "]}}";

    private static byte[] Plain(byte[] layer)
    {
        using var plain = new MemoryStream();
        try
        {
            using var gzip = new GZipStream(new MemoryStream(layer), CompressionMode.Decompress);
            gzip.CopyTo(plain);
            return plain.ToArray();
        }
        catch (InvalidDataException)
        {
            return layer;
        }
    }
}
