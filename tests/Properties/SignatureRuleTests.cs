namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Images;
using EventDock.Domain.Oci;

/// <summary>Which rule is for which image, and which payload is about which.</summary>
public sealed class SignatureRuleTests
{
    private static readonly Digest Image = Digest.Of([1]);

    [Theory]
    [InlineData("node", "/hub")]
    [InlineData("library/node", "/hub")]
    [InlineData("r.example/team/app", "/app")]
    [InlineData("r.example/team/app/part", "/app")]
    [InlineData("r.example/team/application", "/team")]
    [InlineData("r.example/other", "/all")]
    [InlineData("r.example:5000/team/app", "/all")]
    public void The_longest_prefix_of_whole_parts_counts(string reference, string key)
    {
        var rules = CodecSamples.Right(EngineConfig.Parse(
            """
            {"signatures":[{"prefix":"*","key":"/all","policy":"record"},{"prefix":"r.example/team","key":"/team","policy":"require"},
            {"prefix":"r.example/team/app","key":"/app","policy":"require","identity":"r.example/was"},{"prefix":"docker.io/library","key":"/hub","policy":"record"}]}
            """)).Signatures;
        Assert.Equal(key, Assert.Single(rules.For(CodecSamples.Right(ImageReference.Parse(reference)))).Key);
    }

    [Fact]
    public void Nothing_said_means_looking_and_off_means_not()
    {
        Assert.Equal(SignatureRules.Default, CodecSamples.Right(EngineConfig.Parse("{}")).Signatures);
        Assert.False(CodecSamples.Right(EngineConfig.Parse("{\"signatures\":\"off\"}")).Signatures.Look);
    }

    [Theory]
    [InlineData("cosign container image signature", null, "docker.io/library/node", true)]
    [InlineData("cosign container image signature", null, "index.docker.io/library/node:22", true)]
    [InlineData("cosign container image signature", null, "node", true)]
    [InlineData("cosign container image signature", null, "docker.io/library/other", false)]
    [InlineData("cosign container image signature", null, "", false)]
    [InlineData("cosign container image signature", "sha256:00", "node", false)]
    [InlineData("something else", null, "node", false)]
    public void A_payload_must_name_the_image_and_its_repository(string type, string? digest, string name, bool about) => Assert.Equal(about, CosignJson.IsAbout(
        Encoding.UTF8.GetBytes(
            $$$"""{"critical":{"identity":{"docker-reference":"{{{name}}}"},"image":{"docker-manifest-digest":"{{{digest ?? Image.Value}}}"},"type":"{{{type}}}"},"optional":null}"""),
        Image, "docker.io/library/node"));
}
