namespace EventDock.Tests.Properties;

using EventDock.Domain.Oci;
using FsCheck;
using FsCheck.Fluent;

public sealed class OciPlatformTests
{
    [Fact]
    public void What_is_chosen_is_always_of_the_wanted_system_and_architecture() => Prop.ForAll(
        Arb.From(from offered in OciGenerators.Platforms.ListOf() from wanted in OciGenerators.Platforms select (offered, wanted)),
        x => PlatformChoice.Of(x.offered.Select(p => Entry(p)).ToSeq(), x.wanted).ForAll(e => e.Platform!.Architecture == x.wanted.Architecture))
        .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("arm/v7", "arm/v5 arm/v6 arm64", "arm/v6")]
    [InlineData("arm/v6", "arm/v7", "")]
    [InlineData("arm", "arm/v6 arm/v7", "arm/v7")]
    [InlineData("arm64", "arm64/v8", "arm64/v8")]
    [InlineData("arm64/v8", "arm64", "arm64")]
    [InlineData("amd64", "amd64/v2 amd64 386", "amd64")]
    [InlineData("amd64", "amd64/v3", "")]
    [InlineData("amd64", "386 s390x", "")]
    [InlineData("s390x", "amd64 s390x", "s390x")]
    public void Variants_are_chosen_best_first_and_never_beyond_the_machine(string wanted, string offered, string chosen) =>
        Assert.Equal(chosen, PlatformChoice.Of(offered.Split(' ').Select(o => Entry(Of(o))).ToSeq(), Of(wanted))
            .Match(e => e.Platform!.ToString()["linux/".Length..], () => ""));

    [Fact]
    public void An_attestation_is_never_chosen_and_a_lone_nameless_entry_is()
    {
        var attestation = Entry(new Platform("unknown", "unknown", null));
        Assert.True(PlatformChoice.Of(Seq1(attestation), Of("amd64")).IsNone);
        Assert.Equal(Some(Entry(null)), PlatformChoice.Of(Seq(attestation, Entry(Of("arm64")), Entry(null)), Of("amd64")));
    }

    private static Platform Of(string text) => text.Split('/') is [var a, var v] ? new("linux", a, v) : new("linux", text, null);

    private static IndexEntry Entry(Platform? platform) => new(new(MediaType.OciManifest, Digest.Of([1]), 1), platform);
}
