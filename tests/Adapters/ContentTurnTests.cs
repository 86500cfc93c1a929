namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>A layer that several want at once. Locks of two opens exclude each other as those of two processes do.</summary>
public sealed class ContentTurnTests : IDisposable
{
    private readonly ContentRoot root = new();
    private readonly byte[] gzip = new Archive().File("f", "x").Gzip();
    private readonly Digest diffId = Digest.Of(new Archive().File("f", "x").Plain());

    public void Dispose() => root.Dispose();

    [Fact]
    public async Task Whoever_wants_a_layer_that_another_fetches_waits_says_so_and_fetches_nothing()
    {
        using var slow = new Gate(gzip);
        var first = Import(_ => slow, []);
        await slow.Asked;
        var steps = new List<LayerStep>();
        var second = Import(_ => throw new InvalidOperationException("fetched twice"), steps);
        while (!Told(steps, LayerStep.Waiting))
        {
            await Task.Delay(5);
        }

        slow.Open();
        Assert.Equal(ContentRoot.Right(await first), ContentRoot.Right(await second));
        Assert.Equal([LayerStep.Waiting, LayerStep.Unpacked], steps);
        root.AssertNothingLeft();
    }

    [Fact]
    public async Task Where_the_first_fails_the_second_fetches_it_itself()
    {
        using var bad = new Gate(gzip[..^5]);
        var first = Import(_ => bad, []);
        await bad.Asked;
        var steps = new List<LayerStep>();
        var second = Import(_ => new MemoryStream(gzip), steps);
        while (!Told(steps, LayerStep.Waiting))
        {
            await Task.Delay(5);
        }

        bad.Open();
        Assert.True((await first).IsLeft);
        Assert.Equal(diffId.Hex, ContentRoot.Right(await second).Id);
        root.AssertNothingLeft();
    }

    [Fact]
    public async Task Waiting_for_another_can_be_called_off()
    {
        using var slow = new Gate(gzip);
        var first = Import(_ => slow, []);
        await slow.Asked;
        using var stop = new CancellationTokenSource(50);
        Assert.IsType<DomainError.Interrupted>(ContentRoot.Left(await Import(_ => new MemoryStream(gzip), [], stop.Token)));
        slow.Open();
        Assert.True((await first).IsRight);
    }

    [Fact]
    public async Task A_lock_goes_with_the_process_that_held_it_and_its_half_made_layer_with_the_next_sweep()
    {
        // What a killed command leaves: a staging directory that nobody holds. Its lock the kernel has taken back.
        var holder = Fs.At(Fs.Cwd, Bytes.Of(Path.Combine(root.Paths.Locks, "layers")), Open.ReadWrite | Open.Create, 0x180);
        Assert.True(ByteLock.TryTake(holder, ByteLock.Place(diffId.Hex)));
        Directory.CreateDirectory(Path.Combine(root.Paths.Staging, "layer-dead", "layer", "diff"));
        File.WriteAllBytes(Path.Combine(root.Paths.Staging, "layer-dead", "blob"), gzip[..10]);
        var steps = new List<LayerStep>();
        var waiting = Import(_ => new MemoryStream(gzip), steps);
        while (!Told(steps, LayerStep.Waiting))
        {
            await Task.Delay(5);
        }

        holder.Dispose();
        Assert.Equal(diffId.Hex, ContentRoot.Right(await waiting).Id);
        ContentRoot.Right(await EventDock.Adapters.Content.Staging.Sweep(
            root.Paths, (_, _) => RightAsync<DomainError, Unit>(unit), default).ToEither());
        root.AssertNothingLeft();
    }

    private Task<Either<DomainError, StoredLayer>> Import(
        Func<CancellationToken, Stream> open, List<LayerStep> steps, CancellationToken cancel = default) =>
        Task.Run(() => root.Layers.Import(
            new LayerImport(
                null, new Descriptor(MediaType.OciLayerGzip, Digest.Of(gzip), gzip.Length), diffId,
                stop => RightAsync<DomainError, Stream>(open(stop)),
                progress =>
                {
                    lock (steps)
                    {
                        steps.Add(progress.Step);
                    }
                }),
            cancel).ToEither());

    private static bool Told(List<LayerStep> steps, LayerStep step)
    {
        lock (steps)
        {
            return steps.Contains(step);
        }
    }

    /// <summary>Gives its bytes when it is opened, and no sooner.</summary>
    private sealed class Gate(byte[] bytes) : MemoryStream(bytes)
    {
        private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => asked.Task;

        public void Open() => open.TrySetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            asked.TrySetResult();
            await open.Task.WaitAsync(cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
