namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using FsCheck;
using FsCheck.Fluent;

/// <summary>Manifests and configurations as bytes.</summary>
public sealed class OciJsonTests
{
    private const string Hash = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly string Layer = $$"""{"mediaType":"{{MediaType.OciLayerGzip}}","digest":"{{Hash}}","size":5}""";

    private static readonly string Config = $$"""{"mediaType":"{{MediaType.OciConfig}}","digest":"{{Hash}}","size":7}""";

    [Fact]
    public void A_manifest_reads_back_as_it_was_written() => Holds(
        from docker in Gen.Elements(true, false)
        from config in Descriptors(docker ? MediaType.DockerConfig : MediaType.OciConfig)
        from layers in Descriptors(docker ? MediaType.DockerLayerGzip : MediaType.OciLayerGzip).ListOf()
        select new Manifest(docker ? MediaType.DockerManifest : MediaType.OciManifest, config, layers.ToSeq()),
        manifest => ManifestJson.Parse(ManifestJson.Write(manifest), manifest.MediaType)
            == Right<DomainError, ManifestOrIndex>(new ManifestOrIndex.Single(manifest)));

    [Fact]
    public void A_config_reads_back_as_it_was_written() => Holds(
        OciGenerators.Configs, config => ImageConfigJson.Parse(ImageConfigJson.Write(config)) == Right<DomainError, ImageConfig>(config));

    [Fact]
    public void The_same_config_is_always_the_same_bytes() => Holds(
        OciGenerators.Configs,
        config => ImageConfigJson.Write(config with { Run = config.Run with { Labels = config.Run.Labels.Rev() } })
            .AsSpan().SequenceEqual(ImageConfigJson.Write(config)));

    [Fact]
    public void No_bytes_at_all_make_the_readers_throw() => Holds(
        from valid in OciGenerators.Configs
        from at in Gen.Choose(0, 100_000)
        from with in Gen.Choose(0, 255)
        from cut in Gen.Elements(true, false)
        select (valid, at, with, cut),
        x =>
        {
            var bytes = ImageConfigJson.Write(x.valid);
            bytes[x.at % bytes.Length] = (byte)x.with;
            var given = x.cut ? bytes[..(x.at % bytes.Length)] : bytes;
            _ = ImageConfigJson.Parse(given);
            return ManifestJson.Parse(given, null).IsLeft;
        });

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("{\"schemaVersion\":2}")]
    [InlineData("{\"schemaVersion\":\"2\",\"config\":C,\"layers\":[L]}")]
    [InlineData("{\"schemaVersion\":2,\"config\":C}")]
    [InlineData("{\"schemaVersion\":2,\"config\":C,\"layers\":{}}")]
    [InlineData("{\"schemaVersion\":2,\"config\":C,\"layers\":[null]}")]
    [InlineData("{\"schemaVersion\":2,\"config\":[],\"layers\":[L]}")]
    [InlineData("{\"schemaVersion\":2,\"config\":C,\"config\":C,\"layers\":[L]}")]
    [InlineData("{\"schemaVersion\":2,\"config\":C,\"layers\":[L],\"manifests\":[]}")]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"config\":C,\"layers\":[L]}")]
    [InlineData("{\"schemaVersion\":2,\"config\":C,\"layers\":[{\"mediaType\":\"x\",\"digest\":\"sha256:00\",\"size\":1}]}")]
    [InlineData("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x\"}]}")]
    [InlineData("{\"schemaVersion\":2,\"x\":\"\\ud800\",\"config\":C,\"layers\":[L]}")]
    [InlineData("{\"schemaVersion\":2,\"x\":\"a\\u0000b\",\"config\":C,\"layers\":[L]}")]
    [InlineData("{\"schemaVersion\":2,\"a\\u0000b\":1,\"config\":C,\"layers\":[L]}")]
    public void A_manifest_that_lies_is_bad_content(string json) =>
        Assert.IsType<DomainError.BadContent>(Error(json, null));

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("\"1\"")]
    [InlineData("9223372036854775808")]
    [InlineData("1e400")]
    [InlineData("null")]
    public void A_size_that_is_no_count_of_bytes_is_refused_by_name(string size) =>
        Assert.Contains("'size'", Assert.IsType<DomainError.BadContent>(
            Error("{\"schemaVersion\":2,\"config\":C,\"layers\":[" + Layer.Replace("\"size\":5", $"\"size\":{size}") + "]}", null)).Reason);

    [Fact]
    public void A_type_in_the_header_that_contradicts_the_document_is_refused() =>
        Assert.IsType<DomainError.BadContent>(Error(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaType.OciManifest}}","config":C,"layers":[L]}""", MediaType.DockerManifest));

    [Fact]
    public void Depth_and_length_are_bounded()
    {
        Assert.IsType<DomainError.BadContent>(Error($"{{\"schemaVersion\":2,\"x\":{new string('[', 5000)}", null));
        Assert.IsType<DomainError.BadContent>(Error($"{{\"schemaVersion\":2,\"x\":\"{new string('a', ManifestJson.MaxBytes)}\"}}", null));
    }

    [Theory]
    [InlineData("{\"schemaVersion\":1,\"name\":\"a\",\"fsLayers\":[]}", null, "schema 1")]
    [InlineData("{\"schemaVersion\":2}", "application/vnd.docker.distribution.manifest.v1+prettyjws", "schema 1")]
    [InlineData("{\"schemaVersion\":2,\"config\":C,\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+xz\",\"digest\":\"H\",\"size\":1}]}", null, "tar+xz")]
    [InlineData("{\"schemaVersion\":2}", "application/vnd.example+json", "vnd.example")]
    public void What_is_an_image_that_we_do_not_read_is_refused_by_its_name(string json, string? type, string named) =>
        Assert.Contains(named, Assert.IsType<DomainError.NotSupported>(Error(json, type)).What);

    [Theory]
    [InlineData(MediaType.OciLayerZstd)]
    [InlineData(MediaType.DockerLayerZstd)]
    [InlineData(MediaType.OciLayer)]
    [InlineData(MediaType.DockerLayer)]
    public void Layers_of_every_kind_that_we_unpack_are_taken(string type) =>
        Assert.True(Parse($"{{\"schemaVersion\":2,\"config\":C,\"layers\":[{{\"mediaType\":\"{type}\",\"digest\":\"H\",\"size\":1}}]}}", null).IsRight);

    [Theory]
    [InlineData("application/vnd.cncf.helm.config.v1+json", null, "manifest is a Helm chart (application/vnd.cncf.helm.config.v1+json) and not an image")]
    [InlineData("application/vnd.oci.image.config.v1+json", "application/vnd.dev.cosign.simplesigning.v1+json", "manifest is a cosign signature (application/vnd.dev.cosign.simplesigning.v1+json) and not an image")]
    [InlineData("application/vnd.oci.image.config.v1+json", "application/vnd.in-toto+json", "manifest is an in-toto attestation (application/vnd.in-toto+json) and not an image")]
    [InlineData("application/vnd.wasm.config.v0+json", "application/wasm", "manifest is a WebAssembly module (application/vnd.wasm.config.v0+json) and not an image")]
    [InlineData("application/vnd.example", "x/y", "manifest is an artifact (application/vnd.example) and not an image")]
    public void What_is_no_image_is_refused_by_its_name(string config, string? layer, string says) => Assert.Equal(says, EventDock.Cli.Errors.ErrorText.Of(Error(
        $"{{\"schemaVersion\":2,\"config\":{{\"mediaType\":\"{config}\",\"digest\":\"H\",\"size\":1}},\"layers\":["
        + (layer is null ? "" : $"{{\"mediaType\":\"{layer}\",\"digest\":\"H\",\"size\":1}}") + "]}", null)));

    [Theory]
    [InlineData("application/vnd.oci.image.manifest.v1+json; charset=utf-8")]
    [InlineData("application/json")]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData(null)]
    public void A_type_that_says_nothing_leaves_it_to_the_document(string? type) =>
        Assert.True(Parse("{\"schemaVersion\":2,\"config\":C,\"layers\":[L]}", type).IsRight);

    [Fact]
    public void An_index_keeps_entries_without_a_platform()
    {
        var index = Assert.IsType<ManifestOrIndex.Index>(Right(Parse(
            "{\"schemaVersion\":2,\"manifests\":[L,{\"mediaType\":\"x\",\"digest\":\"H\",\"size\":1,\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}}]}".Replace("[L,", $"[{Layer},"), null)));
        Assert.Equal("none linux/arm/v7", string.Join(' ', index.Entries.Map(e => e.Platform?.ToString() ?? "none")));
    }

    [Fact]
    public void A_config_of_an_old_image_is_read_as_docker_reads_it()
    {
        var config = Right(ImageConfigJson.Parse(Encoding.UTF8.GetBytes(
            """{"created":"0001-01-01T00:00:00Z","architecture":"amd64","config":{"Cmd":"sh","Entrypoint":null,"Env":null,"Labels":{"b":null,"a":"1"},"Volumes":{"/v":{}}},"rootfs":{"type":"layers","diff_ids":["HASH"]},"history":[{"created":"2015-04-17T22:01:13.062000001Z","created_by":"x"},{"created_by":"y"},{"empty_layer":true}]}""".Replace("HASH", Hash))));
        Assert.Null(config.Created);
        Assert.Equal("linux/amd64", config.Platform.ToString());
        Assert.Equal(["sh"], config.Run.Cmd.ToArray());
        Assert.Equal([new Label("a", "1"), new Label("b", "")], config.Run.Labels.ToArray());
        Assert.Equal(["/v"], config.Run.Volumes.ToArray());
        Assert.Equal([false, true, true], config.History.Map(h => h.Empty).ToArray());
    }

    [Theory]
    [InlineData("{}", "rootfs")]
    [InlineData("{\"rootfs\":{\"type\":\"tree\"}}", "rootfs")]
    [InlineData("{\"rootfs\":{\"diff_ids\":[\"sha256:0\"]}}", "diff_ids")]
    [InlineData("{\"rootfs\":{},\"created\":\"yesterday\"}", "created")]
    [InlineData("{\"rootfs\":{},\"created\":1}", "created")]
    [InlineData("{\"rootfs\":{},\"config\":{\"Env\":[1]}}", "Env")]
    [InlineData("{\"rootfs\":{},\"config\":{\"Env\":\"A=1\"}}", "Env")]
    [InlineData("{\"rootfs\":{},\"config\":{\"Labels\":{\"a\":1}}}", "a")]
    [InlineData("{\"rootfs\":{},\"config\":[]}", "config")]
    [InlineData("{\"rootfs\":{},\"history\":[1]}", "history")]
    [InlineData("{\"rootfs\":{},\"history\":[{\"empty_layer\":\"yes\"}]}", "empty_layer")]
    public void A_config_with_a_wrong_type_is_refused_by_the_name_of_the_field(string json, string field) =>
        Assert.Contains($"'{field}'", Assert.IsType<DomainError.BadContent>(Left(ImageConfigJson.Parse(Encoding.UTF8.GetBytes(json)))).Reason);

    private static Gen<Descriptor> Descriptors(string type) =>
        from digest in OciGenerators.Digests
        from size in Gen.Elements(0L, 1L, 123_456_789L, long.MaxValue)
        select new Descriptor(type, digest, size);

    private static Either<DomainError, ManifestOrIndex> Parse(string json, string? type) =>
        ManifestJson.Parse(Encoding.UTF8.GetBytes(
            json.Replace(":C", $":{Config}").Replace("[L]", $"[{Layer}]").Replace("\"H\"", $"\"{Hash}\"")), type);

    private static DomainError Error(string json, string? type) => Left(Parse(json, type));

    private static DomainError Left<T>(Either<DomainError, T> either) => either.Match(Right: _ => throw new Xunit.Sdk.XunitException("read it"), Left: e => e);

    private static T Right<T>(Either<DomainError, T> either) => either.Match(Right: v => v, Left: e => throw new Xunit.Sdk.XunitException(e.ToString()));

    private static void Holds<T>(Gen<T> inputs, Func<T, bool> law) => Prop.ForAll(Arb.From(inputs), law).QuickCheckThrowOnFailure();
}
