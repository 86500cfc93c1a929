namespace EventDock.Tests.Properties;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;

/// <summary>The limits that the configuration may set.</summary>
public sealed class ContentLimitsTests
{
    [Fact]
    public void What_is_not_said_stays_as_it_is()
    {
        Assert.Equal(ContentLimits.Default, Parse("{}"));
        Assert.Equal(ContentLimits.Default, Parse("""{"limits":{}}"""));
        Assert.Equal(
            ContentLimits.Default with { Layer = ContentLimits.Default.Layer with { Bytes = 1_000_000 } }, Parse("""{"limits":{"layer-bytes":1000000}}"""));
    }

    [Fact]
    public void Each_can_be_set() => Assert.Equal(
        new ContentLimits(new ContentLimit(1, 2, 3), new ContentLimit(4, 5, 6)),
        Parse("""
            {"limits":{"layer-bytes":1,"layer-entries":2,"layer-depth":3,"archive-bytes":4,"archive-entries":5,"archive-depth":6}}
            """));

    [Theory]
    [InlineData("""{"limits":{"layer-byte":1}}""", "limits.layer-byte")]
    [InlineData("""{"limits":{"layer-bytes":0}}""", "0")]
    [InlineData("""{"limits":{"layer-depth":1025}}""", "1025")]
    public void What_is_wrong_is_named(string json, string value) =>
        Assert.Equal(value, Assert.IsType<DomainError.Invalid>(EngineConfig.Parse(json).Match(Right: c => throw new Xunit.Sdk.XunitException($"{c}"), Left: e => e)).Value);

    private static ContentLimits Parse(string json) =>
        EngineConfig.Parse(json).Match(Right: c => c.Limits, Left: e => throw new Xunit.Sdk.XunitException($"{e}"));
}
