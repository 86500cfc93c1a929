namespace EventDock.Tests.Properties;

using EventDock.Cli.Output;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What images' events say beside their samples.</summary>
public sealed class ImageEventTests
{
    private static readonly ImagePulled Pulled = CodecSamples.All.Map(s => s.Event).OfType<ImagePulled>().Single();

    private static readonly PullSource Source = new(
        "library/node", "22", Pulled.Manifest, Pulled.Manifest, "mirror.example", PullSource.Complete,
        Seq(new FoundSignature(Pulled.Manifest, "cosign", "/etc/eventdock/key.pub"), new FoundSignature(Pulled.Manifest, "application/x", null)));

    [Fact]
    public void The_source_of_a_pull_is_optional_and_reads_back_as_written()
    {
        var read = CodecSamples.Right(EventCodec.Read(1, "image_pulled", 1, EventCodec.Write(Pulled with { Source = Source })));
        Assert.Equal(Source, ((ImagePulled)read).Source);
        Assert.DoesNotContain("Source", EventCodec.Write(Pulled), StringComparison.Ordinal);
    }

    [Fact]
    public void The_log_says_how_many_of_the_signatures_are_verified()
    {
        Assert.EndsWith(", 1 of 2 signatures verified", LogText.Of(Pulled with { Source = Source }), StringComparison.Ordinal);
        Assert.EndsWith(" received", LogText.Of(Pulled), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_push_reported_twice_is_one_and_a_later_one_another()
    {
        var push = CodecSamples.All.Map(s => s.Event).OfType<ImagePushed>().Single();
        var here = new ImageState.Present(Seq<string>());
        Assert.Equal(Seq1<ImageEvent>(push), CodecSamples.Right(ImageDecider.Decide(new RecordPushed(push), here)));
        var pushed = ImageDecider.Evolve(here, push);
        Assert.Empty(CodecSamples.Right(ImageDecider.Decide(new RecordPushed(push), pushed)));
        Assert.Single(CodecSamples.Right(ImageDecider.Decide(new RecordPushed(push with { Milliseconds = 78 }), pushed)));
        Assert.IsType<DomainError.NoSuchImage>(CodecSamples.Left(ImageDecider.Decide(new RecordPushed(push), new ImageState.Removed())));
    }
}
