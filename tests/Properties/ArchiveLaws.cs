namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using FsCheck.Fluent;

/// <summary>What an archive of images says, and what links in it lead to.</summary>
public sealed class ArchiveLaws
{
    private static readonly StagedFile File = new("/staging/0", Digest.Of("x"u8), 1);

    private static readonly FsCheck.Gen<ImageReference> Names =
        from repository in Gen.Elements("busybox", "library/node", "team/app", "localhost:5000/a/b", "quay.io/x")
        from tag in Gen.Elements("latest", "1", "v2.0-rc", "UPPER_case")
        select Right(ImageReference.Parse($"{repository}:{tag}"));

    private static readonly FsCheck.Gen<SavedImage> Images =
        from config in OciGenerators.Configs
        from names in Names.ListOf()
        from sizes in Gen.Choose(0, int.MaxValue).ListOf(config.DiffIds.Count)
        select new SavedImage(
            ImageConfigJson.Write(config),
            config.DiffIds.Map((n, d) => new SavedLayer(ChainId.Of(config.DiffIds)[n].Hex, d, sizes.ElementAt(n) * 512L)).ToSeq().Strict(),
            names.DistinctBy(n => n.Canonical).ToSeq().Strict());

    [Fact]
    public void What_manifest_json_says_is_read_as_it_was_written() => Laws.Holds(
        Images.ListOf(),
        images =>
        {
            var parts = SavedArchive.Parts(images.ToSeq().Strict());
            var read = Right(DockerArchive.Parse(Content(parts, DockerArchive.ManifestFile)));
            return read.Map(r => r.Config).Strict() == images.Select(i => OciLayout.BlobFile(Digest.Of(i.Config))).ToSeq()
                && read.Map(r => string.Join(' ', r.Names.Map(n => n.Canonical))).Strict()
                    == images.Select(i => string.Join(' ', i.Names.Map(n => n.Canonical))).ToSeq()
                && read.Map(r => string.Join(' ', r.Layers)).Strict()
                    == images.Select(i => string.Join(' ', i.Layers.Map(l => OciLayout.BlobFile(l.DiffId)))).ToSeq();
        });

    [Fact]
    public void Each_name_has_an_entry_of_the_index_whose_manifest_is_its_images() => Laws.Holds(
        Images.ListOf(),
        images =>
        {
            var parts = SavedArchive.Parts(images.ToSeq().Strict());
            var index = (ManifestOrIndex.Index)Right(ManifestJson.Parse(Content(parts, OciLayout.IndexFile), null));
            var named = index.Entries.Map(e => $"{e.Name} {Config(parts, e.Descriptor)}").Strict();
            return named == images.SelectMany(i => i.Names.Map(n => n.Canonical).DefaultIfEmpty("")
                .Select(name => $"{name} {Digest.Of(i.Config)}")).ToSeq();
        });

    [Fact]
    public void Every_file_is_written_once_and_the_same_images_give_the_same_bytes() => Laws.Holds(
        Images.ListOf(),
        images =>
        {
            var (one, two) = (SavedArchive.Parts(images.ToSeq().Strict()), SavedArchive.Parts(images.ToSeq().Strict()));
            return one.Map(p => p.Name).Distinct().Count() == one.Count
                && one.Map(Shown).Strict() == two.Map(Shown).Strict();
        });

    [Theory]
    [InlineData("a/layer.tar", "../b/layer.tar", "b/layer.tar")]
    [InlineData("a/layer.tar", "layer2.tar", "a/layer2.tar")]
    [InlineData("layer.tar", "x/../b", "b")]
    public void A_link_leads_to_another_name_of_the_archive(string at, string target, string file)
    {
        var listing = new ArchiveListing("archive");
        Right(listing.Add(B(file), new ArchivedName.File(File)));
        Right(listing.Add(B(at), new ArchivedName.Link(Right(listing.Target(B(at), B(target))))));
        Assert.Equal(File, Right(listing.Find(at)));
    }

    [Theory]
    [InlineData("layer.tar", "../x")]
    [InlineData("a/layer.tar", "../../etc/passwd")]
    [InlineData("a/layer.tar", "/etc/passwd")]
    public void A_link_that_leads_out_is_refused(string at, string target) =>
        Assert.IsType<DomainError.LeavesRoot>(Left(new ArchiveListing("archive").Target(B(at), B(target))));

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/manifest.json")]
    public void A_name_that_leaves_the_archive_is_refused(string name) =>
        Assert.IsType<DomainError.LeavesRoot>(Left(new ArchiveListing("archive").Add(B(name), new ArchivedName.File(File))));

    [Fact]
    public void Links_in_a_circle_lead_nowhere()
    {
        var listing = new ArchiveListing("archive");
        Right(listing.Add(B("a"), new ArchivedName.Link(B("b"))));
        Right(listing.Add(B("b"), new ArchivedName.Link(B("a"))));
        Assert.Equal(new DomainError.BadContent("archive", "a is a link that leads nowhere"), Left(listing.Find("a")));
    }

    [Fact]
    public void A_name_that_is_there_twice_with_another_content_is_refused()
    {
        var listing = new ArchiveListing("archive");
        Right(listing.Add(B("./a"), new ArchivedName.File(File)));
        Right(listing.Add(B("a"), new ArchivedName.File(File with { Place = "/staging/1" })));
        Assert.Equal(
            new DomainError.BadContent("archive", "a is there twice"),
            Left(listing.Add(B("a"), new ArchivedName.File(File with { Digest = Digest.Of("y"u8) }))));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("{\"org.opencontainers.image.ref.name\":\"latest\"}", "")]
    [InlineData("{\"org.opencontainers.image.ref.name\":\"docker.io/library/a:1\"}", "docker.io/library/a:1")]
    [InlineData("{\"org.opencontainers.image.ref.name\":\"1\",\"io.containerd.image.name\":\"docker.io/library/b:1\"}", "docker.io/library/b:1")]
    public void An_annotation_names_an_image_where_it_is_more_than_a_tag(string annotations, string name)
    {
        var entry = $"{{\"mediaType\":\"{MediaType.OciManifest}\",\"digest\":\"{File.Digest}\",\"size\":1{(annotations.Length > 0 ? $",\"annotations\":{annotations}" : "")}}}";
        var index = Right(ManifestJson.Parse(B($"{{\"schemaVersion\":2,\"manifests\":[{entry}]}}"), null));
        Assert.Equal(name, ((ManifestOrIndex.Index)index).Entries[0].Name ?? "");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{\"Config\":1,\"Layers\":[]}]")]
    [InlineData("[{\"Config\":\"c\",\"Layers\":\"l\"}]")]
    [InlineData("[{\"Config\":\"c\",\"Config\":\"d\",\"Layers\":[]}]")]
    [InlineData("[")]
    public void A_manifest_json_that_is_none_is_refused(string json) =>
        Assert.IsType<DomainError.BadContent>(Left(DockerArchive.Parse(B(json))));

    [Theory]
    [InlineData("b@d")]
    [InlineData("UPPER:1")]
    [InlineData("busybox")]
    [InlineData("a\\u001b[31m:1")]
    public void A_tag_that_is_none_refuses_the_archive(string tag) =>
        Assert.IsType<DomainError.InvalidReference>(Left(DockerArchive.Parse(B($"[{{\"Config\":\"c\",\"RepoTags\":[\"{tag}\"],\"Layers\":[]}}]"))));

    private static byte[] Content(Seq<ArchivePart> parts, string name) =>
        parts.OfType<ArchivePart.Small>().Single(p => p.Name == name).Content;

    private static Digest Config(Seq<ArchivePart> parts, Descriptor manifest)
    {
        var bytes = Content(parts, OciLayout.BlobFile(manifest.Digest));
        Assert.Equal(manifest.Size, bytes.Length);
        return ((ManifestOrIndex.Single)Right(ManifestJson.Parse(bytes, manifest.MediaType))).Manifest.Config.Digest;
    }

    private static string Shown(ArchivePart part) =>
        part is ArchivePart.Small small ? $"{small.Name} {Digest.Of(small.Content)}" : part.ToString();

    private static byte[] B(string text) => Encoding.UTF8.GetBytes(text);

    private static T Right<T>(Either<DomainError, T> result) => CodecSamples.Right(result);

    private static DomainError Left<T>(Either<DomainError, T> result) => CodecSamples.Left(result);
}
