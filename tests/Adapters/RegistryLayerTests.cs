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
            EngineConfig.Empty, timing: Quick with { Window = TimeSpan.FromMilliseconds(500), LeastBytes = 1000 });
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
