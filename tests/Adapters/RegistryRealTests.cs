namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Sockets;
using EventDock.Adapters.Registry;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using static EventDock.Tests.Adapters.RegistryFixtures;

/// <summary>Debian's docker-registry on 127.0.0.1, filled by plain uploads (distribution-spec, "Push") and read by skopeo too.</summary>
public sealed class RegistryRealTests : IAsyncLifetime
{
    private const string Program = "/usr/bin/docker-registry";
    private readonly string directory = Directory.CreateTempSubdirectory("eventdock-registry-").FullName;
    private readonly TestImage image = new();
    private Process? process;
    private string host = "";

    public async Task InitializeAsync()
    {
        Assert.True(File.Exists(Program), "docker-registry is missing: apt-get install docker-registry");
        host = $"127.0.0.1:{FreePort.Find()}";

        var config = Path.Combine(directory, "config.yml");
        await File.WriteAllTextAsync(config, $"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {directory}/data}}}}\nhttp: {{addr: {host}}}\n");
        process = Process.Start(new ProcessStartInfo(Program, ["serve", config]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{host}") };
        for (var tries = 0; ; tries++)
        {
            try
            {
                (await http.GetAsync("/v2/")).Dispose();
                break;
            }
            catch (HttpRequestException) when (tries < 1200)
            {
                await Task.Delay(50);
            }
        }

        await UploadAsync(http, image.Layer);
        await UploadAsync(http, image.ConfigBytes);
        await PutManifestAsync(http, "1", image.ManifestBytes, MediaType.DockerManifest);
        await PutManifestAsync(http, "list", System.Text.Encoding.UTF8.GetBytes(image.Index(image.Entry("linux", Here.Architecture))), MediaType.OciIndex);
    }

    /// <summary>Below those that the kernel gives to whoever asks for any: nobody gets it between this look and its use.</summary>
    public async Task DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task An_image_is_pulled_by_tag_by_digest_and_through_an_index()
    {
        var registry = RegistryAdapter.Create(EngineConfig.Empty);
        foreach (var name in new[] { ":1", $"@{image.Digest.Value}", ":list" })
        {
            var found = Value(await registry.Resolve(Ref($"{host}/my/busybox{name}"), Here, default).ToEither());
            Assert.Equal((image.Config, image.Manifest), (found.Config, found.Manifest));
            Assert.Equal(image.ConfigBytes, found.ConfigBytes);
            await using var layer = Value(await registry.OpenLayer(found, found.Manifest.Layers[0], default).ToEither());
            var copy = new MemoryStream();
            await layer.CopyToAsync(copy);
            Assert.Equal(image.Layer, copy.ToArray());
        }
    }

    [Fact]
    public async Task A_mirror_serves_docker_io()
    {
        var registry = RegistryAdapter.Create(new(Seq1($"http://{host}"), Seq<string>()));
        var found = Value(await registry.Resolve(Ref("my/busybox:1"), Here, default).ToEither());
        Assert.Equal(("my/busybox:1", $"http://{host}"), (found.Reference.Familiar, found.Endpoint));
    }

    [Fact]
    public async Task An_unknown_tag_repository_and_blob_are_told_apart_from_trouble()
    {
        var registry = RegistryAdapter.Create(EngineConfig.Empty);
        Assert.Equal(new DomainError.ManifestUnknown($"{host}/my/busybox:2"), Error(await registry.Resolve(Ref($"{host}/my/busybox:2"), Here, default).ToEither()));
        Assert.Equal(new DomainError.ManifestUnknown($"{host}/nobody:latest"), Error(await registry.Resolve(Ref($"{host}/nobody"), Here, default).ToEither()));
        var found = Value(await registry.Resolve(Ref($"{host}/my/busybox:1"), Here, default).ToEither());
        var missing = found.Manifest.Layers[0] with { Digest = Digest.Of([1, 2, 3]) };
        Assert.Equal(404, Assert.IsType<DomainError.RegistryRefused>(Error(await registry.OpenLayer(found, missing, default).ToEither())).Status);
    }

    [Fact]
    public async Task What_we_write_is_an_image_to_skopeo()
    {
        using var skopeo = Process.Start(new ProcessStartInfo(
            "skopeo", ["inspect", "--tls-verify=false", "--config", $"docker://{host}/my/busybox:1"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (await skopeo.StandardOutput.ReadToEndAsync(), await skopeo.StandardError.ReadToEndAsync());
        await skopeo.WaitForExitAsync();
        Assert.True(skopeo.ExitCode == 0, error);
        Assert.Equal(image.Config.Run, Value(ImageConfigJson.Parse(System.Text.Encoding.UTF8.GetBytes(output))).Run);
    }

    private static async Task UploadAsync(HttpClient http, byte[] blob)
    {
        using var started = await http.PostAsync("/v2/my/busybox/blobs/uploads/", null);
        var location = started.EnsureSuccessStatusCode().Headers.Location!;
        var uri = new Uri(http.BaseAddress!, location);
        using var content = new ByteArrayContent(blob);
        using var done = await http.PutAsync($"{uri}{(uri.Query.Length > 0 ? "&" : "?")}digest={Digest.Of(blob).Value}", content);
        done.EnsureSuccessStatusCode();
    }

    private static async Task PutManifestAsync(HttpClient http, string tag, byte[] manifest, string type)
    {
        using var content = new ByteArrayContent(manifest);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var done = await http.PutAsync($"/v2/my/busybox/manifests/{tag}", content);
        done.EnsureSuccessStatusCode();
    }
}
