namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using System.Text;
using EventDock.Adapters.Registry;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using static EventDock.Tests.Adapters.RegistryFixtures;
using static EventDock.Tests.Adapters.RegistryServer;

/// <summary>Registries that refuse, lie, stall and cut off: each is one error of the right kind, soon.</summary>
public sealed class RegistryHostileTests
{
    private static readonly TestImage Image = new();

    [Fact]
    public async Task An_honest_registry_over_plain_http_on_loopback_is_pulled_from()
    {
        await using var server = new RegistryServer(r => Image.Answer(r.Path) ?? Answer(404, ""));
        var registry = Registry();
        var image = Value(await ResolveAsync(registry, server));
        Assert.Equal((Image.Digest, server.Base), (image.Digest, image.Endpoint));
        Assert.Equal(Image.Config, image.Config);
        Assert.Equal(Image.ManifestBytes.Length + Image.ConfigBytes.Length, image.Wire);
        Assert.Equal(Image.Layer, await LayerAsync(registry, image));
    }

    [Fact]
    public async Task Not_found_names_the_reference() =>
        await WithAsync(_ => Answer(404, "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}"), (server, error) =>
            Assert.Equal(new DomainError.ManifestUnknown($"{server.Host}/a/b:1"), error));

    [Fact]
    public async Task Forbidden_and_a_demand_for_a_password_are_denials()
    {
        await WithAsync(_ => Answer(403, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"go away\"}]}"), (server, error) =>
            Assert.Equal(new DomainError.RegistryDenied($"{server.Host}/a/b", "go away"), error));
        await WithAsync(_ => Answer(401, "", "WWW-Authenticate: Basic realm=\"a, b\""), (server, error) =>
            Assert.Equal(new DomainError.RegistryDenied($"{server.Host}/a/b", ""), error));
    }

    [Fact]
    public async Task A_server_error_is_tried_four_times_and_told_in_at_most_300_of_its_own_characters()
    {
        var count = 0;
        await WithAsync(_ => (++count, Answer(500, $"{{\"errors\":[{{\"message\":\"{new string('x', 5000)}\"}}]}}")).Item2, (server, error) =>
            Assert.Equal(new DomainError.RegistryRefused(server.Host, $"manifest of {server.Host}/a/b:1", 500, new string('x', 300)), error));
        Assert.Equal(4, count);
    }

    [Fact]
    public async Task Too_many_requests_is_waited_out_as_the_registry_asks()
    {
        var count = 0;
        await using var server = new RegistryServer(r => count++ == 0 ? Answer(429, "", "Retry-After: 1") : Image.Answer(r.Path)!);
        var watch = Stopwatch.StartNew();
        Value(await ResolveAsync(Registry(), server));
        Assert.True(watch.ElapsedMilliseconds >= 900, "it was waited for");
    }

    [Fact]
    public async Task Too_many_requests_for_an_hour_is_not_waited_out() =>
        await WithAsync(_ => Answer(429, "", "Retry-After: 3600"), (_, error) =>
            Assert.Equal(429, Assert.IsType<DomainError.RegistryRefused>(error).Status));

    [Fact]
    public async Task A_web_page_is_no_manifest() =>
        await WithAsync(_ => Answer(200, "<html>Please log in to this hotel</html>", "Content-Type: text/html"), (server, error) =>
            Assert.Equal($"manifest of {server.Host}/a/b:1", Assert.IsType<DomainError.BadContent>(error).What));

    [Fact]
    public async Task A_manifest_without_end_is_cut_at_4_MiB_whatever_length_it_claims()
    {
        await WithAsync(_ => "HTTP/1.1 200 X\r\nContent-Length: 99999999999\r\n\r\n"u8.ToArray(), (_, error) =>
            Assert.IsType<DomainError.BadContent>(error));
        long sent = 0;
        await using var server = new RegistryServer(async (_, stream) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 X\r\nConnection: close\r\n\r\n"u8.ToArray());
            for (var chunk = new byte[64 * 1024]; ; sent += chunk.Length)
            {
                await stream.WriteAsync(chunk);
            }
        });
        Assert.IsType<DomainError.BadContent>(Error(await ResolveAsync(Registry(), server)));
        Assert.InRange(sent, 4L << 20, 32L << 20);
    }

    [Fact]
    public async Task A_manifest_that_is_not_its_digest_is_corrupt()
    {
        var other = new TestImage("other");
        await WithAsync(r => other.Answer("/manifests/x")!, (_, error) =>
            Assert.Equal(new DomainError.Corrupt($"manifest of 127.0.0.1:0/a/b@{Image.Digest.Value}", Image.Digest.Value, other.Digest.Value) with { What = "" },
                Assert.IsType<DomainError.Corrupt>(error) with { What = "" }), $"@{Image.Digest.Value}");
        await WithAsync(r => Answer(200, Image.ManifestBytes, $"Docker-Content-Digest: {other.Digest.Value}"), (_, error) =>
            Assert.IsType<DomainError.Corrupt>(error));
    }

    [Fact]
    public async Task A_config_of_another_length_or_content_is_corrupt()
    {
        foreach (var config in new[] { Image.ConfigBytes[..^1], [.. Image.ConfigBytes[..^1], (byte)' '] })
        {
            await WithAsync(r => r.Path.Contains("/blobs/") ? Answer(200, config) : Image.Answer(r.Path)!, (server, error) =>
                Assert.Equal($"config of {server.Host}/a/b:1", Assert.IsType<DomainError.Corrupt>(error).What));
        }
    }

    [Fact]
    public async Task A_manifest_cut_off_or_stalled_is_an_unreachable_registry()
    {
        await WithAsync(_ => "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{"u8.ToArray(), (_, error) =>
            Assert.Contains("cut off", Assert.IsType<DomainError.RegistryUnreachable>(error).Reason));
        await using var server = new RegistryServer((_, _) => Task.Delay(Timeout.InfiniteTimeSpan));
        Assert.IsType<DomainError.RegistryUnreachable>(Error(await ResolveAsync(Registry(Hasty), server).WaitAsync(Patience)));
    }

    [Fact]
    public async Task A_manifest_that_trickles_a_byte_at_a_time_comes_to_an_end()
    {
        await using var server = new RegistryServer(async (_, stream) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 X\r\nContent-Length: 100000\r\n\r\n"u8.ToArray());
            while (true)
            {
                await stream.WriteAsync(" "u8.ToArray());
                await Task.Delay(100);
            }
        });
        Assert.IsType<DomainError.RegistryUnreachable>(Error(await ResolveAsync(Registry(Hasty), server).WaitAsync(Patience)));
    }

    [Fact]
    public async Task Redirects_without_end_and_to_strange_schemes_are_refused()
    {
        await WithAsync(r => Answer(307, "", $"Location: {r.Path}x"), (_, error) =>
            Assert.Contains("more than 10", Assert.IsType<DomainError.RegistryRefused>(error).Message));
        await WithAsync(r => Answer(302, "", "Location: file:///etc/passwd"), (_, error) =>
            Assert.Contains("file:", Assert.IsType<DomainError.RegistryRefused>(error).Message));
    }

    [Fact]
    public async Task An_index_that_leads_back_to_itself_is_not_followed()
    {
        var self = Image.Index(Image.Entry(Here.Os, Here.Architecture, Here.Variant, MediaType.OciIndex));
        await WithAsync(_ => Answer(200, self, $"Content-Type: {MediaType.OciIndex}"), (_, error) => Assert.IsType<DomainError.Corrupt>(error));

        // Without lying about digests a maze of indexes is only deep; each of these holds the next.
        var chain = new List<byte[]> { Encoding.UTF8.GetBytes(Image.Index(Image.Entry(Here.Os, Here.Architecture, Here.Variant))) };
        for (var i = 0; i < 9; i++)
        {
            chain.Add(Encoding.UTF8.GetBytes(Image.Index(
                $$"""{"mediaType":"{{MediaType.OciIndex}}","digest":"{{Digest.Of(chain[^1]).Value}}","size":{{chain[^1].Length}}}""")));
        }

        await WithAsync(r => Answer(200, chain.Find(c => r.Path.EndsWith(Digest.Of(c).Value)) ?? chain[^1], $"Content-Type: {MediaType.OciIndex}"), (_, error) =>
            Assert.Contains("index", Assert.IsType<DomainError.BadContent>(error).Reason));
    }

    [Fact]
    public async Task An_index_gives_this_platform_and_says_so_when_it_has_none()
    {
        var index = Image.Index(Image.Entry("unknown", "unknown"), Image.Entry("linux", "mips"), Image.Entry(Here.Os, Here.Architecture, Here.Variant));
        await using var server = new RegistryServer(r =>
            r.Path.EndsWith("/manifests/1") ? Answer(200, index, $"Content-Type: {MediaType.OciIndex}") : Image.Answer(r.Path)!);
        var image = Value(await ResolveAsync(Registry(), server));
        Assert.Equal(Digest.Of(Encoding.UTF8.GetBytes(index)), image.Digest);
        Assert.Equal(Image.Manifest, image.Manifest);
        Assert.IsType<DomainError.NoPlatform>(Error(await Registry().Resolve(Ref($"{server.Host}/a/b:1"), new("linux", "s390x", null), default).ToEither()));
    }

    [Fact]
    public async Task A_manifest_and_a_config_that_disagree_on_the_layers_are_refused()
    {
        var two = ManifestJson.Write(Image.Manifest with { Layers = Image.Manifest.Layers + Image.Manifest.Layers });
        await WithAsync(r => r.Path.Contains("/manifests/") ? Answer(200, two) : Image.Answer(r.Path)!, (_, error) =>
            Assert.Contains("1 layers", Assert.IsType<DomainError.BadContent>(error).Reason));
    }

    [Fact]
    public async Task A_layer_that_is_cut_off_is_fetched_on_from_where_it_stopped()
    {
        var layer = Image.Layer;
        await using var server = new RegistryServer(r =>
        {
            if (!r.Path.EndsWith(Image.Manifest.Layers[0].Digest.Value))
            {
                return Image.Answer(r.Path)!;
            }

            var from = r.Headers.TryGetValue("Range", out var range) ? int.Parse(range["bytes=".Length..^1]) : 0;
            var whole = from == 0 ? Answer(200, layer) : Answer(206, layer[from..], $"Content-Range: bytes {from}-{layer.Length - 1}/{layer.Length}");
            return from > layer.Length / 2 ? whole : whole[..(whole.Length * 2 / 3)];
        });
        var registry = Registry();
        Assert.Equal(layer, await LayerAsync(registry, Value(await ResolveAsync(registry, server))));
    }

    [Fact]
    public async Task A_layer_that_stays_cut_off_is_an_exception_of_the_stream_and_never_a_short_layer()
    {
        await using var server = new RegistryServer(r => r.Path.Contains("/blobs/") && !r.Path.EndsWith(Image.Manifest.Config.Digest.Value)
            ? Answer(200, Image.Layer)[..1000]
            : Image.Answer(r.Path)!);
        var registry = Registry();
        var image = Value(await ResolveAsync(registry, server));
        var thrown = await Assert.ThrowsAnyAsync<IOException>(() => LayerAsync(registry, image));
        Assert.Contains("cut off", thrown.Message);
        using var stream = Value(await registry.OpenLayer(image, image.Manifest.Layers[0], default).ToEither());
        Assert.ThrowsAny<IOException>(() => stream.CopyTo(Stream.Null));
    }

    [Fact]
    public async Task A_layer_of_another_length_is_refused_before_it_is_read()
    {
        await using var server = new RegistryServer(r => r.Path.Contains("/blobs/") && !r.Path.EndsWith(Image.Manifest.Config.Digest.Value)
            ? Answer(200, Image.Layer[1..])
            : Image.Answer(r.Path)!);
        var registry = Registry();
        var image = Value(await ResolveAsync(registry, server));
        Assert.IsType<DomainError.Corrupt>(Error(await registry.OpenLayer(image, image.Manifest.Layers[0], default).ToEither()));
    }

    [Fact]
    public async Task A_layer_without_end_ends_one_byte_after_its_size()
    {
        await using var server = new RegistryServer(async (r, stream) =>
        {
            if (!r.Path.EndsWith(Image.Manifest.Layers[0].Digest.Value))
            {
                await stream.WriteAsync(Image.Answer(r.Path)!);
                return;
            }

            await stream.WriteAsync("HTTP/1.1 200 X\r\nConnection: close\r\n\r\n"u8.ToArray());
            while (true)
            {
                await stream.WriteAsync(Image.Layer);
            }
        });
        var registry = Registry();
        Assert.Equal(Image.Layer.Length + 1, (await LayerAsync(registry, Value(await ResolveAsync(registry, server)))).Length);
    }

    [Fact]
    public async Task Nobody_listening_is_said_as_such()
    {
        var gone = new RegistryServer(_ => []);
        var host = gone.Host;
        await gone.DisposeAsync();
        Assert.Equal(new DomainError.RegistryUnreachable(host, "connection refused"), Error(await Registry().Resolve(Ref($"{host}/a"), Here, default).ToEither()));
    }

    [Fact]
    public async Task An_interrupted_pull_says_that_it_was_interrupted()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new RegistryServer(async (_, _) =>
        {
            await stop.CancelAsync();
            await Task.Delay(TimeSpan.FromSeconds(10));
        });
        Assert.IsType<DomainError.Interrupted>(Error(await Registry().Resolve(Ref($"{server.Host}/a"), Here, stop.Token).ToEither()));
    }

    private static Domain.Images.Registry Registry(RegistryTiming? timing = null) => RegistryAdapter.Create(EngineConfig.Empty, timing: timing ?? Quick);

    private static Task<Either<DomainError, RemoteImage>> ResolveAsync(Domain.Images.Registry registry, RegistryServer server, string suffix = ":1") =>
        registry.Resolve(Ref($"{server.Host}/a/b{suffix}"), Here, default).ToEither();

    private static async Task<byte[]> LayerAsync(Domain.Images.Registry registry, RemoteImage image)
    {
        await using var stream = Value(await registry.OpenLayer(image, image.Manifest.Layers[0], default).ToEither());
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private static async Task WithAsync(
        Func<HttpRequest, byte[]> answer, Action<RegistryServer, DomainError> check, string suffix = ":1")
    {
        await using var server = new RegistryServer(answer);
        check(server, Error(await ResolveAsync(Registry(), server, suffix).WaitAsync(Patience)));
    }
}
