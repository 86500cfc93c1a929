namespace EventDock.Tests.Cli;

/// <summary>What one sees before anything has been done, and what needs neither root nor ledger.</summary>
public sealed class NewInstallationTests(Installation eventdock) : IClassFixture<Installation>
{
    [Fact]
    public void Images_and_ps_print_only_dockers_headers_and_nothing_on_stderr()
    {
        Assert.Equal("REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n", eventdock.Run("images").Good().Out);
        Assert.Equal("CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n", eventdock.Run("ps").Good().Out);
        Assert.Equal("CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n", eventdock.Run("ps", "-a").Good().Out);
        Assert.Equal("", eventdock.Run("ps", "-aq").Good().Out);
        Assert.Equal("", eventdock.Run("images", "-q").Good().Out);
    }

    [Fact]
    public void Looking_records_nothing_not_even_that_the_root_was_made()
    {
        eventdock.Run("images").Good();
        Assert.Equal("", eventdock.Run("log").Good().Out);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("help")]
    [InlineData("run --help")]
    [InlineData("help rmi")]
    [InlineData("db --help")]
    [InlineData("version")]
    [InlineData("--version")]
    public void Help_and_version_serve_everyone(string line)
    {
        var said = Nobody(line.Split(' '));
        Assert.NotEqual("", said.Good().Out);
    }

    [Theory]
    [InlineData("ps")]
    [InlineData("run busybox")]
    [InlineData("log")]
    [InlineData("db status")]
    public void Everything_else_tells_a_caller_who_is_not_root_so_in_one_line(string line)
    {
        var code = line.StartsWith("run", StringComparison.Ordinal) ? 125 : 1;
        Assert.Equal("eventdock: only root can use the engine (try sudo)", Nobody(line.Split(' ')).Refused(code));
    }

    [Fact]
    public void Version_says_how_this_binary_was_compiled_and_takes_a_template()
    {
        Assert.Matches("^EventDock\n Version:  [0-9.]+\n Build:    (native|ReadyToRun), .NET [0-9.]+\n OS/Arch:  linux/[a-z0-9]+\n$", eventdock.Run("version").Good().Out);
        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+$", eventdock.Out("version", "--format", "{{.Version}}"));
    }

    [Theory]
    [InlineData("frob", 1, "'frob'")]
    [InlineData("ps --frob", 125, "--frob")]
    [InlineData("ps -Z", 125, "'Z'")]
    [InlineData("run", 1, "run")]
    [InlineData("tag one", 1, "tag")]
    [InlineData("run --name", 125, "--name")]
    [InlineData("stop -t soon x", 125, "soon")]
    [InlineData("run --memory 1g busybox", 125, "--memory")]
    [InlineData("search busybox", 125, "search")]
    [InlineData("-H tcp://localhost ps", 125, "-H")]
    public void A_command_line_that_cannot_be_read_names_the_word_in_one_line(string line, int code, string names) =>
        Assert.Contains(names, eventdock.Refused(code, line.Split(' ')), StringComparison.Ordinal);

    private Said Nobody(string[] args) => Eventdock.Run(
        "setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", Eventdock.Binary, .. args], null, eventdock.Environment);
}
