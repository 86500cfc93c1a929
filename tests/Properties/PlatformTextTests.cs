namespace EventDock.Tests.Properties;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

public sealed class PlatformTextTests
{
    private static readonly Platform Here = new("linux", "amd64", null);

    [Theory]
    [InlineData("linux", "linux/amd64")]
    [InlineData("arm64", "linux/arm64")]
    [InlineData("linux/aarch64", "linux/arm64")]
    [InlineData("linux/arm/v6", "linux/arm/v6")]
    [InlineData("Linux/ARMHF", "linux/arm/v7")]
    [InlineData("x86_64", "linux/amd64")]
    public void A_platform_is_read_with_dockers_names(string text, string read) =>
        Assert.Equal(read, PlatformText.Parse(text, Here).Match(Right: p => p.ToString(), Left: e => $"{e}"));

    [Theory]
    [InlineData("")]
    [InlineData("linux/")]
    [InlineData("a/b/c/d")]
    [InlineData("linux/am d64")]
    public void What_is_no_platform_is_refused_with_what_was_typed(string text) =>
        Assert.Equal(text, Assert.IsType<DomainError.Invalid>(
            PlatformText.Parse(text, Here).Match(Right: p => throw new Xunit.Sdk.XunitException($"{p}"), Left: e => e)).Value);
}
