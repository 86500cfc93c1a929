namespace EventDock.Tests.Cli;

using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

/// <summary><c>run</c> and <c>create</c>: flags, streams, exit codes, layers.</summary>
public sealed class RunTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    [Fact]
    public void Output_goes_where_the_process_sends_it_and_its_code_is_ours()
    {
        var said = eventdock.Run("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 7");
        Assert.Equal(("out\n", "err\n", 7), (said.Out, said.Error, said.Code));
        Assert.Equal(143, eventdock.Run("run", "--rm", "busybox", "sh", "-c", "sh -c 'kill -TERM $$'; exit $?").Code);
        Assert.Equal(0, eventdock.Run("run", "--rm", "busybox", "true").Code);
    }

    [Fact]
    public void Stdin_reaches_the_process_with_i_only()
    {
        Assert.Equal("typed\n", eventdock.Run("typed\n", ["run", "-i", "--rm", "busybox", "cat"]).Good().Out);
        Assert.Equal("", eventdock.Run("typed\n", ["run", "--rm", "busybox", "cat"]).Good().Out);
        var large = RandomNumberGenerator.GetBytes(3 << 20);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(large)) + "  -\n", eventdock.Run(large, "run", "-i", "--rm", "busybox", "sha256sum").Good().Out);
    }

    [Fact]
    public void What_a_container_needs_and_the_host_does_not_have_is_missed_when_it_is_started()
    {
        eventdock.Run("create", "--name", "lonely", "--network", "container:nosuch", "busybox", "true").Good();
        Assert.Equal("eventdock: no such container: nosuch", eventdock.Refused(1, "start", "lonely"));
        eventdock.Run("run", "-d", "--name", "nosuch", "--network", "none", "busybox", "sleep", "300").Good();
        eventdock.Run("start", "lonely").Good();
        eventdock.Run("rm", "-f", "nosuch").Good();
        eventdock.Run("create", "--name", "bare", "--device", "/nosuch", "busybox", "true").Good();
        Assert.Equal("eventdock: no device \"/nosuch\": no such file or directory", eventdock.Refused(1, "start", "bare"));
        eventdock.Run("wait", "lonely").Good();
        eventdock.Run("rm", "lonely", "bare").Good();
        eventdock.Refused(127, "run", "--rm", "--device", "/nosuch", "busybox", "true");
        Assert.EndsWith("is not supported yet", eventdock.Refused(125, "run", "--log-opt", "max-size=1m", "busybox", "true"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nosuch", 127)]
    [InlineData("nosuch", 127)]
    [InlineData("/etc/passwd", 126)]
    [InlineData("/etc", 126)]
    public void A_command_that_cannot_be_started_is_docker_s_126_or_127(string command, int code)
    {
        var name = $"cannot-{Guid.NewGuid():N}";
        Assert.Contains(command, eventdock.Refused(code, "run", "--name", name, "busybox", command), StringComparison.Ordinal);
        Assert.Equal("created", eventdock.Out("inspect", "-f", "{{.State.Status}}", name));
        eventdock.Run("rm", name).Good();
    }

    [Theory]
    [InlineData("run -w relative busybox true", "relative")]
    [InlineData("run --name b@d busybox true", "b@d")]
    [InlineData("run --network bridge busybox true", "bridge")]
    [InlineData("run -e =x busybox true", "=x")]
    [InlineData("run BAD/Name true", "BAD/Name")]
    [InlineData("run sha256:0123456789012345678901234567890123456789012345678901234567890123 true", "sha256:0123")]
    public void What_keeps_a_container_from_being_made_is_125_and_one_line(string line, string names)
    {
        var before = eventdock.Lines("ps", "-aq").Length;
        Assert.Contains(names, eventdock.Refused(125, line.Split(' ')), StringComparison.Ordinal);
        Assert.Equal(before, eventdock.Lines("ps", "-aq").Length);
    }

    [Theory]
    [InlineData("nosuch", "nosuch")]
    [InlineData("root:nosuch", "nosuch")]
    public void A_user_or_group_that_the_image_does_not_know_is_named(string user, string names)
    {
        Assert.Contains(names, eventdock.Refused(125, "run", "--rm", "-u", user, "busybox", "true"), StringComparison.Ordinal);
        Assert.Equal("", eventdock.Out("ps", "-aq"));
    }

    [Fact]
    public void A_terminal_cannot_be_given_where_there_is_none() =>
        Assert.Equal("eventdock: the input device is not a TTY", eventdock.Refused(1, "run", "-it", "busybox", "true"));

    [Fact]
    public void An_image_without_a_command_and_no_command_is_refused() =>
        Assert.Contains("no command", eventdock.Refused(125, "run", "--rm", "busybox"), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Environment_directory_user_and_entrypoint_are_as_asked()
    {
        var said = eventdock.RunWith(
            [("TAKEN", "over"), ("NOT_THERE", null)],
            "run", "--rm", "-e", "A=1", "--env", "B=two words", "-e", "TAKEN", "-e", "NOT_THERE", "-w", "/made/for/it", "-u", "65534:65534",
            "--entrypoint", "sh", "busybox", "-c", "pwd; id -u; id -g; env | sort | grep -E '^(A|B|TAKEN|NOT_THERE|HOME)='");
        Assert.Equal(["/made/for/it", "65534", "65534", "A=1", "B=two words", "HOME=/", "TAKEN=over"], said.Good().Lines);
        Assert.Equal("65534", eventdock.Out("run", "--rm", "-u", "nobody", "busybox", "id", "-u"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("none")]
    public void Without_a_network_there_is_loopback_up_and_nothing_else(string? network)
    {
        string[] flag = network is null ? [] : ["--network", network];
        Assert.Matches("^1: lo: <LOOPBACK,UP,LOWER_UP> [^\n]*$", eventdock.Out(["run", "--rm", .. flag, "busybox", "ip", "-o", "link"]));
        Assert.Contains("1 packets received", eventdock.Out(["run", "--rm", .. flag, "busybox", "ping", "-c", "1", "-W", "60", "127.0.0.1"]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_hosts_network_is_the_hosts() =>
        Assert.Equal(
            new FileInfo("/proc/self/ns/net").LinkTarget,
            eventdock.Out("run", "--rm", "--network", "host", "busybox", "readlink", "/proc/self/ns/net"));

    [Fact]
    public void The_process_is_the_first_of_its_own_pid_namespace_with_its_own_host_name_and_few_capabilities()
    {
        var lines = eventdock.Lines("run", "--name", "sandboxed", "busybox", "sh", "-c", "echo $$; hostname; grep CapEff /proc/self/status; mount -t tmpfs x /tmp 2> /dev/null; echo $?");
        Assert.Equal("1", lines[0]);
        Assert.Equal(eventdock.Out("ps", "-aq", "--format", "{{.ID}}|{{.Names}}").Split('\n').Single(l => l.EndsWith("|sandboxed", StringComparison.Ordinal))[..12], lines[1]);
        Assert.Equal("CapEff:\t00000000a80425fb", lines[2]);
        Assert.NotEqual("0", lines[3]);
        eventdock.Run("rm", "sandboxed").Good();
    }

    [Fact]
    public void Rm_takes_the_container_away_at_its_end_also_when_it_could_not_start()
    {
        var before = eventdock.Entries("containers");
        Assert.Equal(3, eventdock.Run("run", "--rm", "--name", "gone", "busybox", "sh", "-c", "exit 3").Code);
        eventdock.Refused(127, "run", "--rm", "--name", "gone", "busybox", "/nosuch");
        eventdock.Refused(1, "inspect", "--type", "container", "gone");
        Assert.Equal(before, eventdock.Entries("containers"));
    }

    [Fact]
    public void Detached_it_prints_its_whole_id_and_runs_on()
    {
        var id = eventdock.Out("run", "-d", "--name", "detached", "busybox", "sleep", "300");
        Assert.Matches("^[0-9a-f]{64}$", id);
        Assert.Equal("true", eventdock.Out("inspect", "-f", "{{.State.Running}}", "detached"));
        Assert.Equal(id[..12], eventdock.Out("exec", "detached", "hostname"));
        Assert.Equal("detached", eventdock.Out("rm", "-f", "detached"));
    }

    [Fact]
    public void Detached_with_rm_it_goes_by_itself()
    {
        eventdock.Run("run", "-d", "--rm", "--name", "brief", "busybox", "sleep", "0.2").Good();
        Until(() => !eventdock.Out("ps", "-a", "--format", "{{.Names}}").Split('\n').Contains("brief"), "the container has removed itself");
    }

    [Fact]
    public void Two_containers_of_one_image_share_it_and_write_each_to_their_own()
    {
        var layer = Path.Combine(eventdock.Root, "layers");
        var before = Hash(layer);
        var first = eventdock.Out("run", "-d", "busybox", "sleep", "300");
        var second = eventdock.Out("run", "-d", "busybox", "sh", "-c", "exec sleep 300 # and a rather long command line");

        var table = eventdock.Lines("ps", "--format", "{{.ID}} {{.Image}} {{.Command}} {{.Names}}");
        Assert.Equal(2, table.Length);
        Assert.Matches($"^{second[..12]} busybox \"sh -c 'exec sleep 3…\" [a-z]+_[a-z]+[0-9]*$", table[0]);
        Assert.Matches($"^{first[..12]} busybox \"sleep 300\" [a-z]+_[a-z]+[0-9]*$", table[1]);
        Assert.Single(eventdock.Lines("images", "-q"));
        Assert.Single(Directory.GetDirectories(layer));

        eventdock.Run("exec", first, "sh", "-c", "echo first > /mine; rm /etc/group").Good();
        eventdock.Run("exec", second, "sh", "-c", "echo second > /mine").Good();
        Assert.Equal("first", eventdock.Out("exec", first, "cat", "/mine"));
        Assert.Equal("second", eventdock.Out("exec", second, "cat", "/mine"));
        Assert.Equal(1, eventdock.Run("exec", first, "test", "-e", "/etc/group").Code);
        Assert.Equal(0, eventdock.Run("exec", second, "test", "-e", "/etc/group").Code);
        Assert.Equal(before, Hash(layer));
        eventdock.RemoveContainers();
        Assert.Equal(before, Hash(layer));
    }

    [Fact]
    public void The_table_of_containers_is_dockers()
    {
        var id = eventdock.Out("run", "-d", "--name", "table", "busybox", "sleep", "300");
        Assert.Matches(
            new Regex("^CONTAINER ID   IMAGE     COMMAND       CREATED +STATUS +PORTS +NAMES\n"
                      + $"{id[..12]}   busybox   \"sleep 300\"   (Less than a second|[0-9]+ seconds?) ago +Up (Less than a second|[0-9]+ seconds?) +table\n$"),
            eventdock.Run("ps").Good().Out);
        eventdock.Run("stop", "-t", "0", "table").Good();
        Assert.Single(eventdock.Lines("ps"));
        Assert.Matches("Exited \\(137\\) (Less than a second|[0-9]+ seconds?) ago", eventdock.Out("ps", "-a"));
        Assert.Contains(id, eventdock.Out("ps", "-a", "--no-trunc"), StringComparison.Ordinal);
        Assert.Equal(id, eventdock.Out("ps", "-aq", "--no-trunc"));
        Assert.Equal(id[..12], eventdock.Out("ps", "-aq"));
        eventdock.Run("rm", "table").Good();
    }

    internal static void Until(Func<bool> holds, string what)
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(60), $"waited in vain until {what}");
            Thread.Sleep(50);
        }
    }

    /// <summary>Names, modes, links, times and bytes of a whole tree.</summary>
    private static string Hash(string directory) => Eventdock.Run("sh",
        ["-c", "cd \"$1\" && { find . -printf '%p %m %U %G %s %T@ %l\\n' | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum; } | sha256sum", "sh", directory])
        .Good().Out;
}
