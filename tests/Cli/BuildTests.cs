namespace EventDock.Tests.Cli;

using System.IO;
using System.Text;
using System.Text.Json;

/// <summary><c>eventdock build</c>, as the tutorial and docker's reference have it.</summary>
public sealed class BuildTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    private const string Tutorial = "FROM busybox\nCOPY server.js .\nCMD cat server.js\n";

    [Fact]
    public void The_tutorials_dockerfile_makes_an_image_that_runs_and_a_second_build_makes_the_same_from_the_cache()
    {
        var context = Context("tutorial", Tutorial, ("server.js", "console.log('tutorial')\n"));

        var first = eventdock.Lines("build", "-t", "hello", context);
        Assert.Equal("Step 1/3 : FROM busybox", first[0]);
        Assert.Equal($" ---> {eventdock.ImageId[..12]}", first[1]);
        Assert.Equal("Step 2/3 : COPY server.js .", first[2]);
        Assert.Matches("^ ---> [0-9a-f]{12}$", first[3]);
        Assert.Equal("Step 3/3 : CMD cat server.js", first[4]);
        var id = eventdock.Out("inspect", "-f", "{{.Id}}", "hello");
        Assert.Equal([$" ---> {id["sha256:".Length..][..12]}", $"Successfully built {id["sha256:".Length..][..12]}", "Successfully tagged hello:latest"], first[5..]);
        Assert.Equal("console.log('tutorial')", eventdock.Out("run", "--rm", "hello"));

        var second = eventdock.Lines("build", "-t", "hello", context);
        Assert.Equal(2, second.Count(l => l == " ---> Using cache"));
        Assert.Equal(first[^2..], second[^2..]);
        Assert.Equal(id, eventdock.Out("inspect", "-f", "{{.Id}}", "hello"));
    }

    [Fact]
    public void Every_instruction_is_a_history_entry_and_only_what_changes_files_a_layer()
    {
        var context = Context("history", Tutorial, ("server.js", "twelve bytes"));
        eventdock.Run("build", "-q", "-t", "entries", context).Good();

        var table = eventdock.Lines("history", "entries");
        Assert.Matches("^IMAGE +CREATED +CREATED BY +SIZE +COMMENT$", table[0]);
        var rows = eventdock.Lines("history", "--no-trunc", "--format", "{{.ID}}|{{.CreatedBy}}|{{.Size}}|{{.Comment}}", "entries");
        Assert.Equal(3, rows.Length);
        Assert.Matches("^sha256:[0-9a-f]{64}\\|/bin/sh -c #\\(nop\\)  CMD \\[\"/bin/sh\" \"-c\" \"cat server.js\"\\]\\|0B\\|$", rows[0]);
        Assert.Matches("^<missing>\\|/bin/sh -c #\\(nop\\) COPY file:[0-9a-f]{64} in \\. \\|12B\\|$", rows[1]);
        Assert.Matches("^<missing>\\|\\|[0-9.]+MB\\|Imported from .*busybox\\.tar$", rows[2]);
        Assert.Equal("2", eventdock.Out("inspect", "-f", "{{len .RootFS.Layers}}", "entries"));
    }

    [Fact]
    public void Changed_content_changed_instructions_and_no_cache_carry_steps_out_again()
    {
        var context = Context("cache", "FROM busybox\nCOPY file /\nRUN echo made >> /made\n", ("file", "one"));
        eventdock.Run("build", "-q", context).Good();
        Assert.Equal(2, UsingCache(context));

        File.WriteAllText(Path.Combine(context, "file"), "two");
        Assert.Equal(0, UsingCache(context));
        File.WriteAllText(Path.Combine(context, "file"), "one");
        Assert.Equal(2, UsingCache(context));
        File.WriteAllText(Path.Combine(context, "Dockerfile"), "FROM busybox\nCOPY file /\nRUN echo other >> /made\n");
        Assert.Equal(1, UsingCache(context));
        Assert.Equal(0, UsingCache("--no-cache", context));
    }

    [Fact]
    public void Several_names_can_be_given_at_once_and_quiet_prints_the_id_alone()
    {
        var context = Context("names", "FROM busybox\nENV NAMES=several\n");
        var id = eventdock.Out("build", "-q", "-t", "one", "-t", "two:2", "--tag=registry.example/three", context);

        Assert.Matches("^sha256:[0-9a-f]{64}$", id);
        foreach (var name in new[] { "one", "two:2", "registry.example/three:latest" })
        {
            Assert.Equal(id, eventdock.Out("inspect", "-f", "{{.Id}}", name));
        }
    }

    [Fact]
    public void The_dockerfile_may_have_any_name_and_lie_outside_the_context()
    {
        var context = Context("outside", "FROM busybox\nRUN false\n", ("file", "from the context"), ("other.df", "FROM busybox\nCOPY file /inside\n"));
        var outside = eventdock.Write("outside.df", "FROM busybox\nCOPY file /outside\n");

        eventdock.Run("build", "-q", "-t", "outside", "-f", outside, context).Good();
        Assert.Equal("from the context", eventdock.Out("run", "--rm", "outside", "cat", "/outside"));
        eventdock.Run("build", "-q", "-t", "inside", "-f", Path.Combine(context, "other.df"), context).Good();
        Assert.Equal("from the context", eventdock.Out("run", "--rm", "inside", "cat", "/inside"));
    }

    [Fact]
    public void Stdin_gives_a_dockerfile_alone_or_a_whole_context()
    {
        var alone = eventdock.Run("FROM busybox\nENV ALONE=yes\nCMD echo $ALONE\n", ["build", "-q", "-t", "alone", "-"]).Good();
        Assert.Matches("^sha256:[0-9a-f]{64}\n$", alone.Out);
        Assert.Equal("yes", eventdock.Out("run", "--rm", "alone"));

        var tar = Busybox.Tar(("Dockerfile", "FROM busybox\nCOPY dir/file /\n"), ("dir/file", "from a tar"), ("named", "FROM busybox\nCOPY dir/file /named\n"));
        foreach (var (name, context) in new[] { ("plain", tar), ("gzipped", Busybox.Gzip(tar)) })
        {
            eventdock.Run(context, "build", "-q", "-t", name, "-").Good();
            Assert.Equal("from a tar", eventdock.Out("run", "--rm", name, "cat", "/file"));
        }

        eventdock.Run(tar, "build", "-q", "-t", "named", "-f", "named", "-").Good();
        Assert.Equal("from a tar", eventdock.Out("run", "--rm", "named", "cat", "/named"));
        eventdock.NothingWaitsInStaging();
    }

    [Fact]
    public void A_dockerfile_alone_has_nothing_to_copy_from() =>
        Assert.Equal(
            "eventdock: Dockerfile:2: there is no build context to copy from",
            eventdock.Run("FROM busybox\nCOPY file /\n", ["build", "-"]).Refused(1));

    [Fact]
    public void Env_workdir_user_and_entrypoint_shape_the_steps_and_the_image()
    {
        var context = Context("shape",
            """
            FROM busybox
            ENV GREETING="good day" WHERE=/srv
            WORKDIR $WHERE/app
            RUN echo "$GREETING from $PWD" > /greeting
            COPY file ${WHERE}/copied
            WORKDIR deeper
            USER nobody
            RUN id -u > /tmp/uid
            ENTRYPOINT ["echo", "entry"]
            CMD ["cmd", "$GREETING"]

            """, ("file", "copied"));
        eventdock.Run("build", "-q", "-t", "shape", context).Good();

        Assert.Equal("entry cmd $GREETING", eventdock.Out("run", "--rm", "shape"));
        Assert.Equal("entry instead", eventdock.Out("run", "--rm", "shape", "instead"));
        Assert.Equal(
            ["good day from /srv/app", "copied", "65534", "/srv/app/deeper", "65534", "good day"],
            eventdock.Lines("run", "--rm", "--entrypoint", "sh", "shape", "-c",
                "cat /greeting; cat /srv/copied; echo; cat /tmp/uid; pwd; id -u; echo $GREETING"));
        using var config = JsonDocument.Parse(eventdock.Out("inspect", "-f", "{{json .Config}}", "shape"));
        Assert.Equal("nobody", config.RootElement.GetProperty("User").GetString());
        Assert.Equal("/srv/app/deeper", config.RootElement.GetProperty("WorkingDir").GetString());
        Assert.Equal(["echo", "entry"], config.RootElement.GetProperty("Entrypoint").EnumerateArray().Select(e => e.GetString()));
    }

    [Fact]
    public void Scratch_is_a_base_without_layers()
    {
        var context = Context("scratch", "FROM scratch\nCOPY hello /\nCMD [\"/hello\"]\n", ("hello", "just a file"));
        Assert.Equal("Step 1/3 : FROM scratch", eventdock.Lines("build", "-t", "from-scratch", context)[0]);
        Assert.Equal("1", eventdock.Out("inspect", "-f", "{{len .RootFS.Layers}}", "from-scratch"));
        Assert.Equal(2, eventdock.Lines("history", "-q", "from-scratch").Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("none")]
    [InlineData("host")]
    public void A_runs_network_is_its_own_loopback_unless_it_is_the_hosts(string? network)
    {
        var context = Context($"net-{network}", "FROM busybox\nRUN readlink /proc/self/ns/net > /net; grep -c : /proc/net/dev > /count\n");
        string[] flag = network is null ? [] : ["--network", network];
        eventdock.Run(["build", "-q", "-t", "net", .. flag, context]).Good();

        var ours = new FileInfo("/proc/self/ns/net").LinkTarget;
        Assert.Equal(network == "host", eventdock.Out("run", "--rm", "net", "cat", "/net") == ours);
        if (network != "host")
        {
            Assert.Equal("1", eventdock.Out("run", "--rm", "net", "cat", "/count"));
        }
    }

    [Fact]
    public void A_failing_run_ends_with_its_own_code_and_keeps_the_steps_before_it()
    {
        var context = Context("failing", "FROM busybox\nRUN echo kept > /kept\nRUN exit 42\nRUN echo never\n");
        var failed = eventdock.Run("build", "-t", "failing", context);
        Assert.Equal("eventdock: the command \"/bin/sh -c exit 42\" returned a non-zero code: 42", failed.Refused(42));
        Assert.DoesNotContain("Step 4/4", failed.Out, StringComparison.Ordinal);
        eventdock.Refused(1, "inspect", "--type", "image", "failing");
        eventdock.NothingWaitsInStaging();

        eventdock.Write("failing/Dockerfile", "FROM busybox\nRUN echo kept > /kept\nRUN exit 0\n");
        Assert.Equal(1, UsingCache(context));
    }

    [Fact]
    public void What_dockerignore_names_is_not_in_the_context()
    {
        var context = Context("ignored", "FROM busybox\nCOPY . /all/\n",
            (".dockerignore", "# a comment\n*.log\n!kept.log\nsecret/**\n"), ("a.log", "a"), ("kept.log", "k"), ("secret/key", "s"), ("deep/b.log", "b"));
        eventdock.Run("build", "-q", "-t", "ignored", context).Good();

        Assert.Equal(
            ["/all/.dockerignore", "/all/Dockerfile", "/all/deep/b.log", "/all/kept.log"],
            eventdock.Lines("run", "--rm", "ignored", "sh", "-c", "find /all -type f | sort"));
        Assert.Contains(
            "a.log", eventdock.Run("FROM busybox\nCOPY a.log /\n", ["build", "-f", "-", context]).Refused(1), StringComparison.Ordinal);
    }

    [Fact]
    public void Removing_a_file_of_a_lower_layer_hides_it_in_the_image()
    {
        var context = Context("whiteout", "FROM busybox\nRUN mkdir /d && touch /d/one /d/two\nRUN rm /d/one && rm -r /root\n");
        eventdock.Run("build", "-q", "-t", "whiteout", context).Good();
        Assert.Equal("two", eventdock.Out("run", "--rm", "whiteout", "ls", "/d"));
        Assert.Equal(1, eventdock.Run("run", "--rm", "whiteout", "test", "-e", "/root").Code);
    }

    private int UsingCache(params string[] args) => eventdock.Lines(["build", .. args]).Count(l => l == " ---> Using cache");

    private string Context(string name, string dockerfile, params (string Name, string Text)[] files)
    {
        foreach (var (file, text) in files.Append(("Dockerfile", dockerfile)))
        {
            eventdock.Write($"{name}/{file}", text);
        }

        return Path.Combine(eventdock.Work, name);
    }
}
