namespace EventDock.Tests.Properties;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using FsCheck;
using FsCheck.Fluent;

public sealed class ImageReferenceTests
{
    private const string Hash = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("node:6.9.2", "docker.io/library/node:6.9.2", "node:6.9.2")]
    [InlineData("docker.io/library/node", "docker.io/library/node", "node")]
    [InlineData("index.docker.io/node", "docker.io/library/node", "node")]
    [InlineData("a/b", "docker.io/a/b", "a/b")]
    [InlineData("localhost/a", "localhost/a", "localhost/a")]
    [InlineData("127.0.0.1:5000/a/b:c", "127.0.0.1:5000/a/b:c", "127.0.0.1:5000/a/b:c")]
    [InlineData("[::1]:5000/a", "[::1]:5000/a", "[::1]:5000/a")]
    [InlineData("Host/a", "Host/a", "Host/a")]
    [InlineData("a:b@" + Hash, "docker.io/library/a@" + Hash, "a@" + Hash)]
    public void A_name_is_completed_and_shortened_as_docker_does(string text, string canonical, string familiar)
    {
        var reference = Right(text);
        Assert.Equal((canonical, familiar), (reference.Canonical, reference.Familiar));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":tag")]
    [InlineData("a:")]
    [InlineData("a:b:c")]
    [InlineData("a@sha256:00")]
    [InlineData("A")]
    [InlineData("a/B")]
    [InlineData("a//b")]
    [InlineData("a..b")]
    [InlineData("../a")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("http://a/b")]
    [InlineData("-a")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void What_is_no_name_is_refused(string text) =>
        Assert.IsType<DomainError.InvalidReference>(ImageReference.Parse(text).Match(Right: _ => throw new Xunit.Sdk.XunitException(text), Left: e => e));

    [Fact]
    public void A_reference_reads_back_from_its_canonical_and_its_familiar_form() => Prop.ForAll(
        Arb.From(
            from host in Gen.Elements("", "docker.io/", "127.0.0.1:5000/", "localhost/", "r.example.org/")
            from path in Gen.Elements("a", "library/a", "a/b", "x--y/z_w", "a/b.c")
            from suffix in Gen.Elements("", ":1.0", ":latest", "@" + Hash)
            select host + path + suffix),
        text => Right(Right(text).Canonical) == Right(text) && Right(Right(text).Familiar) == Right(text)).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_makes_the_reader_throw_and_what_it_takes_makes_a_safe_url() => Prop.ForAll(
        Arb.From(from parts in Gen.Elements("a", "Z", "0", ".", "-", "_", "/", ":", "@", "%", "?", "#", " ", "..", Hash).ListOf() select string.Concat(parts)),
        text => ImageReference.Parse(text).Match(
            Right: r => r.Path.AsSpan().IndexOfAny("?#%@ ") < 0 && !r.Path.Contains("..") && new Uri($"https://{r.Host}/v2/{r.Path}/x").AbsolutePath == $"/v2/{r.Path}/x",
            Left: _ => true)).QuickCheckThrowOnFailure();

    private static ImageReference Right(string text) =>
        ImageReference.Parse(text).Match(Right: r => r, Left: e => throw new Xunit.Sdk.XunitException(e.ToString()));
}
