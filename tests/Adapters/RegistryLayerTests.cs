namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Registry;
using EventDock.Domain.Images;
using static EventDock.Tests.Adapters.RegistryFixtures;
using static EventDock.Tests.Adapters.RegistryServer;

/// <summary>Layers whose servers do not make it easy.</summary>
public sealed class RegistryLayerTests
{
    private static readonly TestImage Image = new();

    [Fact]
    public async Task A_layer_that_is_cut_off_by_a_server_that_does_not_know_Range_is_fetched_anew()
    {
        var (layer, asked) = (Image.Layer, 0);
        await using var server = new RegistryServer(r =>
            !r.Path.EndsWith(Image.Manifest.Layers[0].Digest.Value) ? Image.Answer(r.Path)!
            : asked++ == 0 ? Answer(200, layer)[..(layer.Length / 2)]
            : Answer(200, layer));
        var registry = RegistryAdapter.Create(EngineConfig.Empty, timing: Quick);
        Assert.Equal(layer, await LayerAsync(registry, await FoundAsync(registry, server)));
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_layer_that_is_refused_for_now_is_asked_for_again_at_its_beginning_and_when_it_goes_on(int status)
    {
        var (layer, asked) = (Image.Layer, 0);
        await using var server = new RegistryServer(r =>
        {
            if (!r.Path.EndsWith(Image.Manifest.Layers[0].Digest.Value))
            {
                return Image.Answer(r.Path)!;
            }

            var from = r.Headers.TryGetValue("Range", out var range) ? int.Parse(range["bytes=".Length..^1]) : 0;
            return asked++ switch
            {
                0 or 2 => Answer(status, "{}", "Retry-After: 0"),
                1 => Answer(200, layer)[..(layer.Length / 2)],
                _ => Answer(206, layer[from..], $"Content-Range: bytes {from}-{layer.Length - 1}/{layer.Length}"),
            };
        });
        var registry = RegistryAdapter.Create(EngineConfig.Empty, timing: Quick);
        Assert.Equal(layer, await LayerAsync(registry, await FoundAsync(registry, server)));
        Assert.Equal(4, asked);
    }

    [Fact]
    public async Task A_layer_that_goes_on_with_other_bytes_is_no_longer_what_its_digest_says()
    {
        var (layer, asked) = (Image.Layer, 0);
        await using var server = new RegistryServer(r => !r.Path.EndsWith(Image.Manifest.Layers[0].Digest.Value) ? Image.Answer(r.Path)!
            : asked++ == 0 ? Answer(200, layer)[..(layer.Length / 2)]
            : Answer(206, new byte[layer.Length - 7], $"Content-Range: bytes 7-{layer.Length - 1}/{layer.Length}"));
        var registry = RegistryAdapter.Create(EngineConfig.Empty, timing: Quick);
        var image = await FoundAsync(registry, server);
        await Assert.ThrowsAnyAsync<IOException>(() => LayerAsync(registry, image));
        Assert.InRange(asked, 2, 7);
    }

    [Fact]
    public async Task A_layer_whose_storage_sends_in_a_circle_is_refused()
    {
        await using var server = new RegistryServer(r => r.Path.Contains("/round/") || r.Path.EndsWith(Image.Manifest.Layers[0].Digest.Value)
            ? Answer(307, "", $"Location: /round/{(r.Path.EndsWith('a') ? 'b' : 'a')}")
            : Image.Answer(r.Path)!);
        var registry = RegistryAdapter.Create(EngineConfig.Empty, timing: Quick);
        var image = await FoundAsync(registry, server);
        var refused = Error(await registry.OpenLayer(image, image.Manifest.Layers[0], default).ToEither());
        Assert.Contains("redirects more than", Assert.IsType<Domain.Kernel.DomainError.RegistryRefused>(refused).Message);
    }

    [Fact]
    public async Task A_layer_that_drips_a_byte_at_a_time_is_left_and_asked_for_again()
    {
        var asked = 0;
        await using var server = new RegistryServer(async (r, stream) =>
        {
            if (!r.Path.EndsWith(Image.Manifest.Layers[0].Digest.Value) || asked++ > 0)
            {
                await stream.WriteAsync(Image.Answer(r.Path)!);
                return;
            }

            var whole = Image.Answer(r.Path)!;
            for (var at = 0; at < whole.Length; at++)
            {
                await stream.WriteAsync(whole.AsMemory(at, 1));
                await Task.Delay(at < 200 ? 0 : 50);
            }
        });
        var registry = RegistryAdapter.Create(
            EngineConfig.Empty, timing: Quick with { Window = TimeSpan.FromSeconds(2), LeastBytes = 1000 });
        Assert.Equal(Image.Layer, await LayerAsync(registry, await FoundAsync(registry, server)));
        Assert.Equal(2, asked);
    }

    private static async Task<RemoteImage> FoundAsync(Domain.Images.Registry registry, RegistryServer server) =>
        Value(await registry.Resolve(Ref($"{server.Host}/a/b:1"), Here, default).ToEither());

    private static async Task<byte[]> LayerAsync(Domain.Images.Registry registry, RemoteImage image)
    {
        await using var stream = Value(await registry.OpenLayer(image, image.Manifest.Layers[0], default).ToEither());
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
