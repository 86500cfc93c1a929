namespace EventDock.Tests.Properties;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary><c>import --change</c>: instructions of a Dockerfile on a configuration.</summary>
public sealed class ImageChangeTests
{
    private static readonly Platform Host = new("linux", "amd64", null);

    [Fact]
    public void Each_instruction_does_to_the_configuration_what_it_does_in_a_Dockerfile()
    {
        var run = Applied(
            "CMD [\"a\", \"b c\"]", "entrypoint run it", "ENV A=1 B=\"x $A\"", "ENV B=${A}2", "ENV OLD the rest of it", "EXPOSE 80 90-91/udp", "EXPOSE 80/tcp",
            "LABEL k=\"v w\" q=$A", "LABEL k=v2", "ONBUILD RUN make $A", "ONBUILD COPY . .", "STOPSIGNAL SIGINT", "USER u$A", "VOLUME /data /b",
            "VOLUME [\"/c d\"]", "WORKDIR /srv", "WORKDIR app");
        Assert.Equal(
            new RunConfig(
                Seq("A=1", "B=12", "OLD=the rest of it"), Seq("/bin/sh", "-c", "run it"), Seq("a", "b c"), "/srv/app", "u1", "SIGINT",
                Seq(new Label("k", "v2"), new Label("q", "1")), Seq("80/tcp", "90/udp", "91/udp"), Seq("/b", "/c d", "/data"),
                new RunMore(Seq("RUN make $A", "COPY . ."), Seq<string>(), null)),
            run);
    }

    [Fact]
    public void Several_lines_are_several_instructions_and_comments_none() =>
        Assert.Equal(RunConfig.Empty with { User = "a", WorkingDir = "/b" }, Applied("# who\nUSER a\n\nWORKDIR /b"));

    [Theory]
    [InlineData("RUN x", "RUN is not a valid change command")]
    [InlineData("FROM x", "FROM is not a valid change command")]
    [InlineData("HEALTHCHECK NONE", "HEALTHCHECK is not supported yet")]
    [InlineData("ENV", "ENV requires at least one argument")]
    [InlineData("ENV A", "ENV must have two arguments")]
    [InlineData("ENV A=1 B", "Syntax error - can't find = in \"B\". Must be of the form: name=value")]
    [InlineData("LABEL =v", "LABEL names can not be blank")]
    [InlineData("EXPOSE", "EXPOSE requires at least one argument")]
    [InlineData("EXPOSE x", "invalid containerPort: x")]
    [InlineData("EXPOSE 70000", "invalid containerPort: 70000")]
    [InlineData("EXPOSE 2-1", "invalid containerPort: 2-1")]
    [InlineData("EXPOSE 80/icmp", "invalid containerPort: 80/icmp")]
    [InlineData("ONBUILD", "ONBUILD requires at least one argument")]
    [InlineData("ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger")]
    [InlineData("ONBUILD ONBUILD x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")]
    [InlineData("STOPSIGNAL NOPE", "Invalid signal: NOPE")]
    [InlineData("USER", "USER requires exactly one argument")]
    [InlineData("VOLUME []", "VOLUME requires at least one argument")]
    [InlineData("VOLUME $A", "VOLUME specified can not be an empty string")]
    [InlineData("WORKDIR", "WORKDIR requires exactly one argument")]
    public void What_is_no_change_is_refused_with_the_instruction(string change, string reason) =>
        Assert.Equal(
            new DomainError.Invalid("change", change, reason), CodecSamples.Left(ImageChange.Apply(RunConfig.Empty, Seq1(change))));

    [Theory]
    [InlineData("linux", "linux/amd64")]
    [InlineData("linux/arm64", "linux/arm64")]
    [InlineData("linux/aarch64", "linux/arm64")]
    [InlineData("linux/arm/v6", "linux/arm/v6")]
    [InlineData("linux/armhf", "linux/arm/v7")]
    [InlineData("Linux/x86_64", "linux/amd64")]
    public void A_platform_is_read_as_it_is_typed(string text, string platform) =>
        Assert.Equal(platform, CodecSamples.Right(PlatformName.Parse(text, Host)).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("linux/")]
    [InlineData("linux/a/b/c")]
    [InlineData("windows/amd64")]
    [InlineData("linux/am d64")]
    public void What_is_no_platform_of_ours_is_refused(string text) =>
        Assert.True(PlatformName.Parse(text, Host).IsLeft);

    private static RunConfig Applied(params string[] changes) =>
        CodecSamples.Right(ImageChange.Apply(RunConfig.Empty, changes.ToSeq()));
}
