namespace EventDock.Tests.Properties;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;

public sealed class EngineConfigTests
{
    [Fact]
    public void Mirrors_keep_their_order_and_lose_their_slash()
    {
        var config = Parse("""{"registry-mirrors":["https://b.example/","http://127.0.0.1:5000"],"insecure-registries":["10.0.0.0/8","r:5000","fd00::/8","[::1]:5000"]}""");
        Assert.Equal(new EngineConfig(Seq("https://b.example", "http://127.0.0.1:5000"), Seq("10.0.0.0/8", "r:5000", "fd00::/8", "[::1]:5000")), config);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"registry-mirrors":null}""")]
    public void Nothing_said_is_nothing_configured(string json) => Assert.Equal(EngineConfig.Empty, Parse(json));

    [Theory]
    [InlineData("""{"registry-mirror":[]}""", "registry-mirror")]
    [InlineData("""{"registry-mirrors":["ftp://a"]}""", "ftp://a")]
    [InlineData("""{"registry-mirrors":["a:5000"]}""", "a:5000")]
    [InlineData("""{"registry-mirrors":["https://a/b"]}""", "https://a/b")]
    [InlineData("""{"registry-mirrors":["https://a/?q"]}""", "https://a/?q")]
    [InlineData("""{"insecure-registries":["http://a"]}""", "http://a")]
    [InlineData("""{"insecure-registries":["10.0.0.0/33"]}""", "10.0.0.0/33")]
    [InlineData("""{"insecure-registries":[""]}""", "")]
    public void What_is_wrong_is_named(string json, string value) =>
        Assert.Equal(value, Assert.IsType<DomainError.Invalid>(EngineConfig.Parse(json).Match(Right: c => throw new Xunit.Sdk.XunitException($"{c}"), Left: e => e)).Value);

    [Fact]
    public void A_password_in_a_mirror_is_refused_and_not_repeated() =>
        Assert.DoesNotContain("hunter2", EngineConfig.Parse("""{"registry-mirrors":["https://me:hunter2@a"]}""").ToString());

    [Theory]
    [InlineData("{}", 16777216)]
    [InlineData("""{"ballast-size":0}""", 0)]
    [InlineData("""{"ballast-size":1048576}""", 1048576)]
    public void The_ballast_has_the_size_that_is_said(string json, long size) => Assert.Equal(size, Parse(json).Ballast);

    [Theory]
    [InlineData("""{"ballast-size":-1}""")]
    [InlineData("""{"ballast-size":"16M"}""")]
    [InlineData("""{"ballast-size":1.5}""")]
    public void A_ballast_of_no_size_is_bad_content(string json) =>
        Assert.IsType<DomainError.BadContent>(EngineConfig.Parse(json).Match(Right: c => throw new Xunit.Sdk.XunitException($"{c}"), Left: e => e));

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"registry-mirrors":"https://a"}""")]
    [InlineData("""{"registry-mirrors":[],"registry-mirrors":[]}""")]
    public void What_is_no_such_file_is_bad_content(string json) =>
        Assert.IsType<DomainError.BadContent>(EngineConfig.Parse(json).Match(Right: c => throw new Xunit.Sdk.XunitException($"{c}"), Left: e => e));

    private static EngineConfig Parse(string json) => EngineConfig.Parse(json).Match(Right: c => c, Left: e => throw new Xunit.Sdk.XunitException($"{e}"));
}
