namespace EventDock.Tests.Cli;

using System.IO;
using System.Text;

/// <summary>Devices, FIFOs and links where files are expected, and what an image says of its users and its command.</summary>
public sealed class HostileFileTests(HostileInstallation eventdock) : IClassFixture<HostileInstallation>
{
    [Theory]
    [InlineData("fifo", "eventdock: fifo: is a FIFO")]
    [InlineData("link-to-fifo", "eventdock: link-to-fifo: is a FIFO")]
    [InlineData("/dev/zero", "eventdock: /dev/zero: is a device")]
    [InlineData("directory", "eventdock: directory: is a directory")]
    public void What_is_no_file_is_not_opened(string path, string line)
    {
        Place("fifo", "directory");
        Assert.Equal(line, eventdock.Refuses(1, null, "load", "-i", path));
        Assert.Equal(line, eventdock.Refuses(1, null, "import", path));
        Assert.Equal(line, eventdock.Refuses(1, null, "build", "-f", path, "."));
    }

    /// <summary>The shell's &lt;(command) is a pipe, too, but one that somebody writes to.</summary>
    [Fact]
    public void A_pipe_of_the_shells_is_read()
    {
        var archive = eventdock.Write("piped.tar", Crafted.Image("piped:1", null, new Crafted().File("f").Done()));
        var said = Eventdock.Run("/bin/bash", ["-c", "\"$0\" load -i <(cat \"$1\")", Eventdock.Binary, archive], null, eventdock.Environment, eventdock.Work);
        Assert.Equal("Loaded image: piped:1\n", said.Good().Out);
        eventdock.Run("rmi", "piped:1").Good();
    }

    [Theory]
    [InlineData("Dockerfile", "is a FIFO")]
    [InlineData(".dockerignore", "is a FIFO")]
    [InlineData("copied", "is a named pipe, which no image can be built of")]
    public void A_FIFO_in_a_build_context_is_not_waited_for(string name, string says)
    {
        var context = Directory.CreateDirectory(eventdock.Path($"context-{Guid.NewGuid():N}")).FullName;
        if (name != "Dockerfile")
        {
            File.WriteAllText(Path.Combine(context, "Dockerfile"), "FROM busybox\nCOPY copied /\n");
        }

        Eventdock.Run("/usr/bin/mkfifo", [Path.Combine(context, name)]).Good();
        Assert.EndsWith($"{name}: {says}", eventdock.Refuses(1, null, "build", context), StringComparison.Ordinal);
    }

    public static TheoryData<string, Func<string, byte[]>, string[], string> Contexts => new()
    {
        { "a Dockerfile that is a link out", at => new Crafted().Symlink("Dockerfile", at + "/secret").Done(), [], "no such file" },
        { "a Dockerfile that is a climbing link", at => new Crafted().Symlink("Dockerfile", Up + at[1..] + "/secret").Done(), [], "no such file" },
        { "a Dockerfile that is a device", _ => new Crafted().Device("Dockerfile", 1, 5).Done(), [], "no place in a build context" },
        { "a .dockerignore that is a FIFO", _ => new Crafted().File("Dockerfile", "FROM busybox\n").Fifo(".dockerignore").Done(), [], "no place in a build context" },
        { "the host's file for a Dockerfile", _ => new Crafted().File("Dockerfile", "FROM busybox\n").Done(), ["-f", "/etc/hostname"], "no such file" },
        { "a copy through a link", at => new Crafted().File("Dockerfile", "FROM busybox\nCOPY l/secret /\n").Symlink("l", at).Done(), [], "not found in build context" },
        { "a write through a link", at => new Crafted().File("Dockerfile", "FROM busybox\n").Symlink("l", at).File("l/evil").Done(), [], "leads to no directory" },
        { "a hard link out", at => new Crafted().File("Dockerfile", "FROM busybox\n").Link("h", Up + at[1..] + "/secret").Done(), [], "leave its root" },
        { "a name that climbs out", _ => new Crafted().File("Dockerfile", "FROM busybox\n").File("../evil").Done(), [], "leave its root" },
        { "gzip that is cut off", _ => Busybox.Gzip(new Crafted().File("Dockerfile", "FROM busybox\n").Done())[..^12], [], "cut off" },
        { "an instruction with control characters", _ => Encoding.UTF8.GetBytes("FROM busybox\n\x1b[31mFROB\a x\n"), [], @"\x1b[31MFROB\x07" },
        { "a base with control characters", _ => Encoding.UTF8.GetBytes("FROM \x1b[31m:1\n"), [], @"\x1b[31m:1" },
        { "a NUL", _ => Encoding.UTF8.GetBytes("FROM busybox\nRUN echo \0\n"), [], "NUL" },
        { "an ADD", _ => new Crafted().File("Dockerfile", "FROM busybox\nADD a.tar /\n").File("a.tar", new Crafted().File("etc/.wh.passwd").Done()).Done(), [], "ADD" },
    };

    [Theory]
    [MemberData(nameof(Contexts))]
    public void A_build_context_that_lies_is_refused(string what, Func<string, byte[]> context, string[] flags, string says) =>
        Assert.True(
            eventdock.Refuses(1, context(eventdock.Outside), ["build", .. flags, "-"]) is var line && line.Contains(says, StringComparison.Ordinal),
            $"{what}: {line}");

    /// <summary>docker applies whiteouts that it finds in a context's archive; here they are files of that name.</summary>
    [Fact]
    public void A_context_that_holds_a_whiteout_hides_nothing()
    {
        var context = new Crafted().File("Dockerfile", "FROM busybox\nCOPY d /etc/\n").Directory("d").File("d/.wh.passwd", "").Done();
        eventdock.Run(context, "build", "-q", "-t", "marked:1", "-").Good();
        Assert.StartsWith("root:", eventdock.Out("run", "--rm", "--network", "none", "marked:1", "cat", "/etc/passwd"), StringComparison.Ordinal);
        eventdock.Run("rmi", "marked:1").Good();
    }

    private static readonly Dictionary<string, (Func<Crafted, Crafted> Root, object? Config, string[] Flags, string Says)> Images = new()
    {
        ["a FIFO for passwd"] = (r => r.Fifo("etc/passwd"), null, ["-u", "nobody"], "/etc/passwd: is no regular file"),
        ["a device for passwd"] = (r => r.Device("etc/passwd", 1, 5), null, ["-u", "nobody"], "/etc/passwd: is no regular file"),
        ["a directory for passwd"] = (r => r.Directory("etc/passwd"), null, ["-u", "nobody"], "/etc/passwd: is no regular file"),
        ["a FIFO for group"] = (r => r.Fifo("etc/group"), null, ["-u", "0:wheel"], "/etc/group: is no regular file"),
        ["a device for group"] = (r => r.Device("etc/group", 1, 5), null, ["-u", "0:wheel"], "/etc/group: is no regular file"),
        ["a passwd that leads to the host's"] = (r => r.Symlink("etc/passwd", Up + "etc/passwd"), null, ["-u", "nobody"], "unable to find user nobody"),
        ["a passwd that leads to itself"] = (r => r.Symlink("etc/passwd", "passwd"), null, ["-u", "nobody"], "unable to find user nobody"),
        ["a passwd of a million lines"] = (r => r.File("etc/passwd", new string('\n', 3 << 20)), null, ["-u", "nobody"], "unable to find user nobody"),
        ["a passwd that is too long"] = (r => r.File("etc/passwd", new string('\n', 5 << 20)), null, ["-u", "nobody"], "/etc/passwd: is no regular file"),
        ["a passwd line without a uid"] = (r => r.File("etc/passwd", "eve\nbob:x\nmal:x::\n"), null, ["-u", "eve"], "unable to find user eve"),
        ["a passwd line with an empty uid"] = (r => r.File("etc/passwd", "eve\nbob:x\nmal:x::\n"), null, ["-u", "mal"], "unable to find user mal"),
        ["a negative uid"] = (r => r.File("etc/passwd", "neg:x:-1:0::/:\n"), null, ["-u", "neg"], "must be in range"),
        ["a user with control characters"] = (r => r, new { User = "\x1b[31m\n", Cmd = new[] { "x" } }, [], @"\x1b[31m\n"),
        ["a command with control characters"] = (r => r, new { Cmd = new[] { "\x1b]0;title\a" } }, [], @"\x1b]0;title"),
        ["a working directory with control characters"] = (r => r, new { WorkingDir = "rel\x1b[31m", Cmd = new[] { "x" } }, [], @"rel\x1b[31m"),
        ["a working directory of 6,000 bytes"] = (r => r, new { WorkingDir = string.Concat(Enumerable.Repeat("/a", 3000)), Cmd = new[] { "x" } }, [], "ile name too long"),
        ["a variable without a name"] = (r => r, new { Env = new[] { "=x" }, Cmd = new[] { "x" } }, [], "name can't be empty"),
    };

    public static TheoryData<string> AllImages => [.. Images.Keys];

    [Theory]
    [MemberData(nameof(AllImages))]
    public void An_image_that_lies_does_not_run(string what)
    {
        var (root, config, flags, says) = Images[what];
        var layer = root(new Crafted().Directory("bin").File("bin/sh", File.ReadAllBytes("/bin/busybox")).Directory("etc")).Done();
        eventdock.Run("load", "-i", eventdock.Write("lying.tar", Crafted.Image("lying:1", config, layer))).Good();
        var command = config is null ? new[] { "/bin/sh", "-c", "id" } : [];
        var said = eventdock.Run(["run", "--rm", "--network", "none", .. flags, "lying:1", .. command]);
        var line = said.Refused(says.Contains("title", StringComparison.Ordinal) ? 127 : 125);
        Assert.Contains(says, line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, c => char.IsControl(c));
        Assert.Empty(eventdock.Lines("ps", "-aq"));
        eventdock.Run("rmi", "lying:1").Good();
    }

    [Fact]
    public void Fifty_thousand_variables_of_an_image_are_no_matter_of_minutes()
    {
        var config = new { Env = Enumerable.Range(0, 50_000).Select(n => $"A{n}=x").ToArray(), Cmd = new[] { "true" } };
        eventdock.Run("load", "-i", eventdock.Write("many.tar", Crafted.Image("many:1", config, Busybox.Archive))).Good();
        eventdock.Run("create", "--name", "many", "--network", "none", "many:1").Good();
        eventdock.Run("rm", "many").Good();
        eventdock.Run("rmi", "many:1").Good();
    }

    [Fact]
    public void An_env_file_is_refused_by_name_and_not_opened()
    {
        Place("env-fifo", null);
        Assert.Contains("--env-file", eventdock.Refuses(125, null, "run", "--env-file", "env-fifo", "busybox", "true"), StringComparison.Ordinal);
    }

    private const string Up = "../../../../../../../../../../../../../../../../../../../../";

    private void Place(string fifo, string? directory)
    {
        if (!File.Exists(eventdock.Path(fifo)))
        {
            Eventdock.Run("/usr/bin/mkfifo", [eventdock.Path(fifo)]).Good();
            File.CreateSymbolicLink(eventdock.Path($"link-to-{fifo}"), fifo);
        }

        if (directory is not null)
        {
            Directory.CreateDirectory(eventdock.Path(directory));
        }
    }
}
