namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Engine;
using FsCheck;
using FsCheck.Fluent;

/// <summary>Images that are written into an archive come out of it as they went in.</summary>
public sealed class ArchiveRoundTripTests : IDisposable
{
    /// <summary>Each makes real layers, which are synced to the disk.</summary>
    private const int Cases = 12;

    private static readonly Platform Host = new("linux", "amd64", null);

    private static readonly byte[][] Layers =
    [
        new Archive().File("a", "1").Plain(),
        new Archive().File("b", new string('x', 70_000)).Symlink("l", "a").Gzip(),
        new Archive().Directory("d").File("d/c", "2").File(".wh.a").Plain(),
        new Archive().File("é\u0001", "3").Gzip(),
    ];

    private static readonly Gen<Seq<Wanted>> Images =
        from images in
            (from layers in Gen.Choose(0, Layers.Length - 1).ListOf()
             from label in Gen.Choose(0, 2)
             select new Wanted(layers.Take(3).ToSeq().Strict(), label, Seq<ImageReference>())).NonEmptyListOf()
        from given in Gen.Choose(0, 3).ListOf(images.Count)
        select images.Take(3).DistinctBy(i => i.Key)
            .Select((image, n) => image with { Names = Enumerable.Range(0, given.ElementAt(n)).Select(k => Name(n, k)).ToSeq().Strict() })
            .ToSeq().Strict();

    private readonly ContentRoot root = new();
    private readonly ContentRoot other = new();

    public void Dispose()
    {
        root.Dispose();
        other.Dispose();
    }

    [Fact]
    public void Ids_names_and_layers_come_back_and_the_bytes_are_the_same_each_time() =>
        Prop.ForAll(Arb.From(Images), images => RoundTrip(images).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

    [Fact]
    public async Task A_layer_of_before_its_archives_size_was_noted_is_written_all_the_same()
    {
        var layer = await root.Imported(Layers[1]);
        var record = Path.Combine(root.Paths.Layer(layer.Id), "layer.json");
        var plain = $"\"plainSize\":\"{layer.Plain}\",";
        Assert.Contains(plain, File.ReadAllText(record), StringComparison.Ordinal);
        File.WriteAllText(record, File.ReadAllText(record).Replace(plain, "", StringComparison.Ordinal));
        Assert.Equal(layer.Plain, ContentRoot.Right(await Archives.Create(root.Paths).Size(layer.Id, CancellationToken.None).ToEither()));
    }

    [Fact]
    public async Task A_blob_that_has_rotted_is_told_and_not_passed_on()
    {
        var layer = await root.Imported(Layers[0]);
        var blob = Path.Combine(root.Paths.Blobs, layer.Blob.Digest.Hex);
        var bytes = File.ReadAllBytes(blob);
        bytes[512] ^= 1;
        File.WriteAllBytes(blob, bytes);
        var written = await Archives.Create(root.Paths).Write(
            new MemoryStream(), Seq1<ArchivePart>(new ArchivePart.Layer("l", layer.Id, layer.Plain!.Value)), CancellationToken.None).ToEither();
        Assert.IsType<DomainError.Corrupt>(ContentRoot.Left(written));
    }

    private async Task<bool> RoundTrip(Seq<Wanted> wanted)
    {
        var saved = new List<SavedImage>();
        foreach (var image in wanted)
        {
            saved.Add(await Made(image));
        }

        var parts = SavedArchive.Parts(saved.ToSeq().Strict());
        var archive = await Written(parts);
        Assert.Equal(archive, await Written(parts));

        // Packed on its way, as by gzip in a pipe.
        var staged = ContentRoot.Right(await Archives.Create(other.Paths).Stage(
            new MemoryStream(wanted.Count % 2 == 0 ? archive : Archive.Gzip(archive)), "archive", CancellationToken.None).ToEither());
        var found = ContentRoot.Right(await ArchivedImages.In(staged, "archive", Host, CancellationToken.None).ToEither());
        Assert.Equal(saved.Select(s => Digest.Of(s.Config).Hex), found.Select(f => f.Id));
        Assert.Equal(
            saved.Select(s => string.Join(' ', s.Names.Map(n => n.Canonical))), found.Select(f => string.Join(' ', f.Names.Map(n => n.Canonical))));
        Assert.Equal(saved.Select(s => string.Join(' ', s.Layers.Map(l => l.Id))), await Task.WhenAll(found.Select(f => Unpacked(staged, f))));
        staged.Close();
        other.AssertNothingLeft();
        return true;
    }

    private async Task<SavedImage> Made(Wanted wanted)
    {
        var layers = new List<StoredLayer>();
        foreach (var n in wanted.Layers)
        {
            layers.Add(await root.Imported(Layers[n], layers.Count == 0 ? null : layers[^1].Id));
        }

        var config = new ImageConfig(
            null, null, Host, RunConfig.Empty with { Labels = Seq1(new Label("n", $"{wanted.Label}")) },
            layers.Select(l => l.DiffId).ToSeq().Strict(), layers.Select(l => new HistoryEntry(null, "ADD", null, null, false)).ToSeq().Strict());
        return new SavedImage(
            ImageConfigJson.Write(config), layers.Select(l => new SavedLayer(l.Id, l.DiffId, l.Plain!.Value)).ToSeq().Strict(), wanted.Names);
    }

    private async Task<byte[]> Written(Seq<ArchivePart> parts)
    {
        var memory = new MemoryStream();
        ContentRoot.Right(await Archives.Create(root.Paths).Write(memory, parts, CancellationToken.None).ToEither());
        return memory.ToArray();
    }

    /// <summary>The ids of the layers as another root has them.</summary>
    private async Task<string> Unpacked(StagedArchive staged, FoundImage image)
    {
        var ids = new List<string>();
        for (var n = 0; n < image.Layers.Count; n++)
        {
            var (layer, diffId) = (image.Layers[n], image.Config.DiffIds[n]);
            var import = new LayerImport(
                ids.Count == 0 ? null : ids[^1], layer.Blob, diffId, _ => RightAsync<DomainError, Stream>(staged.Open(layer.File)), _ => { })
            {
                Staged = layer.File,
            };
            ids.Add(ContentRoot.Right(await other.Layers.Import(import, CancellationToken.None).ToEither()).Id);
        }

        return string.Join(' ', ids);
    }

    private static ImageReference Name(int image, int n) => ContentRoot.Right(ImageReference.Parse($"repo{image}/name:{n}"));

    /// <param name="Layers">Which of the archives, base first.</param>
    private sealed record Wanted(Seq<int> Layers, int Label, Seq<ImageReference> Names)
    {
        public string Key => $"{string.Join(' ', Layers)} {Label}";
    }
}
