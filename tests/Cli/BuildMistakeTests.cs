namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>A mistake is refused with file and line before a step has run, and leaves nothing behind.</summary>
public sealed class BuildMistakeTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    [Theory]
    [InlineData("FROM busybox\nRUN touch /ran\nADD a b\n", 3, "ADD")]
    [InlineData("FROM busybox\nRUN touch /ran\n\n# comment\nEXPOSE 80\n", 5, "EXPOSE")]
    [InlineData("FROM busybox\nRUN touch /ran\nVOLUME /v\n", 3, "VOLUME")]
    [InlineData("FROM busybox\nRUN touch /ran\nFROB x\n", 3, "FROB")]
    [InlineData("FROM busybox\nRUN touch /ran\nCOPY --chown=1:1 file /\n", 3, "--chown")]
    [InlineData("FROM busybox\nRUN touch /ran\nRUN --mount=type=cache true\n", 3, "--mount")]
    [InlineData("FROM busybox\nRUN touch /ran\nCOPY file\n", 3, "COPY")]
    [InlineData("FROM busybox\nRUN touch /ran\nCOPY nosuch /\n", 3, "nosuch")]
    [InlineData("FROM busybox\nRUN touch /ran\nCOPY ../outside /\n", 3, "outside")]
    [InlineData("FROM busybox\nRUN touch /ran\nENV broken\n", 3, "ENV")]
    [InlineData("FROM busybox\nRUN touch /ran\nWORKDIR\n", 3, "WORKDIR")]
    [InlineData("FROM busybox\nRUN touch /ran\nENV A=${unclosed\n", 3, "unclosed")]
    [InlineData("RUN touch /ran\n", 1, "no build stage")]
    [InlineData("FROM busybox\nRUN touch /ran\nFROM busybox\n", 3, "second FROM")]
    [InlineData("FROM busy:box:box\nRUN touch /ran\n", 1, "busy:box:box")]
    [InlineData("FROM BUSYBOX\nRUN touch /ran\n", 1, "BUSYBOX")]
    public void A_mistake_is_named_with_file_and_line_before_any_step(string dockerfile, int line, string names)
    {
        eventdock.Write("mistakes/file", "content");
        var file = eventdock.Write("mistakes/Mistaken", dockerfile);
        var before = State();

        var said = eventdock.Run("build", "-t", "mistaken", "-f", file, Path.Combine(eventdock.Work, "mistakes"));
        var why = said.Refused(1);
        Assert.StartsWith($"eventdock: {file}:{line}: ", why, StringComparison.Ordinal);
        Assert.Contains(names, why, StringComparison.Ordinal);
        Assert.Equal("", said.Out);
        Assert.Equal(before, State());
        eventdock.NothingWaitsInStaging();
    }

    [Theory]
    [InlineData("--squash", 125)]
    [InlineData("--build-arg=SECRET=x", 125)]
    [InlineData("--target=x", 125)]
    [InlineData("--network=bridge", 1)]
    public void Flags_that_are_to_come_are_refused_as_such(string flag, int code)
    {
        eventdock.Write("mistakes/Dockerfile", "FROM busybox\n");
        Assert.EndsWith("is not supported yet", eventdock.Refused(code, "build", flag, Path.Combine(eventdock.Work, "mistakes")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_or_dockerfile_that_is_not_there_is_named()
    {
        Assert.Equal("eventdock: nowhere: no such file or directory", eventdock.Refused(1, "build", "nowhere"));
        Directory.CreateDirectory(Path.Combine(eventdock.Work, "empty"));
        Assert.Equal("eventdock: empty/Dockerfile: no such file or directory", eventdock.Refused(1, "build", "empty"));
        Assert.Equal("eventdock: no.df: no such file or directory", eventdock.Refused(1, "build", "-f", "no.df", "empty"));
        eventdock.Write("empty.df", "");
        Assert.StartsWith("eventdock: empty.df:1: ", eventdock.Refused(1, "build", "-f", "empty.df", "empty"), StringComparison.Ordinal);
        Assert.Contains("\"a:b:c\"", eventdock.Refused(1, "build", "-t", "a:b:c", "empty"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_on_stdin_that_leaves_its_root_or_is_cut_off_is_refused_and_nothing_stays()
    {
        var before = State();
        var whole = Busybox.Gzip(Busybox.Tar(("Dockerfile", "FROM busybox\nCOPY big /\n"), ("big", new string('x', 100_000) + Guid.NewGuid())));
        eventdock.Run(whole[..(whole.Length / 2)], "build", "-").Refused(1);
        Assert.Contains("../out", eventdock.Run(Busybox.Tar(("../out", "x"), ("Dockerfile", "FROM busybox\n")), "build", "-").Refused(1), StringComparison.Ordinal);
        Assert.Equal(before, State());
        eventdock.NothingWaitsInStaging();
        Assert.False(File.Exists(Path.Combine(eventdock.Root, "out")));
    }

    /// <summary>What the views show and what the store holds.</summary>
    private string State() => string.Join(
        '\n', eventdock.Out("images", "-a", "--no-trunc", "--format", "{{.ID}} {{.Repository}}"), string.Join(' ', eventdock.Entries("layers")),
        string.Join(' ', eventdock.Entries("blobs/sha256")), string.Join(' ', eventdock.Entries("containers")));
}
