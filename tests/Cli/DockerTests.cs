namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.IO;
using System.Text.RegularExpressions;
using Xunit.Sdk;

/// <summary>Skips, and says so, where docker is not installed.</summary>
public sealed class DockerFactAttribute : TheoryAttribute
{
    public DockerFactAttribute() =>
        Skip = File.Exists("/usr/bin/docker") && File.Exists("/usr/sbin/dockerd") ? null : "docker.io is not installed: nothing to compare with";
}

/// <summary>docker, with a daemon of its own that has no network and touches nobody else's; and EventDock beside it.</summary>
public sealed class BesideDocker : Installation
{
    private readonly Process? daemon;

    public BesideDocker()
    {
        Import();
        if (new DockerFactAttribute().Skip is not null)
        {
            return;
        }

        daemon = Process.Start(new ProcessStartInfo("/usr/sbin/dockerd",
        [
            "--data-root", $"{Place}/docker", "--exec-root", $"{Place}/exec", "-H", Socket, "--pidfile", $"{Place}/docker.pid",
            "--bridge=none", "--iptables=false",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        daemon.ErrorDataReceived += (_, _) => { };
        daemon.OutputDataReceived += (_, _) => { };
        daemon.BeginErrorReadLine();
        daemon.BeginOutputReadLine();
        var since = Stopwatch.StartNew();
        while (Docker("version").Code != 0)
        {
            if (daemon.HasExited || since.Elapsed > TimeSpan.FromSeconds(60))
            {
                throw new XunitException("dockerd does not start");
            }

            Thread.Sleep(200);
        }

        Docker("import", Path.Combine(Place, "busybox.tar"), "busybox").Done();
    }

    internal string Socket => $"unix://{Place}/d.sock";

    internal Said Docker(params string[] args) => Eventdock.Run(
        "/usr/bin/docker", ["-H", Socket, .. args], null,
        new Dictionary<string, string?> { ["DOCKER_BUILDKIT"] = "0", ["DOCKER_CONFIG"] = Path.Combine(Place, "client") }, Work);

    public override void Dispose()
    {
        if (daemon is not null)
        {
            foreach (var id in Docker("ps", "-aq").Lines)
            {
                Docker("rm", "-f", id);
            }

            Eventdock.Run("/bin/kill", ["-TERM", $"{daemon.Id}"]);
            daemon.WaitForExit(20_000);
            daemon.Dispose();
            Eventdock.Run("/bin/sh", ["-c", "grep -o \"$1[^ ]*\" /proc/mounts | sort -r | xargs -r umount", "sh", Place]);
        }

        base.Dispose();
    }
}

/// <summary>The same command lines given to docker 20.10 and to EventDock: the same answers.</summary>
public sealed class DockerTests(BesideDocker both) : IClassFixture<BesideDocker>
{
    /// <summary>One scripted life after another; each line's exit code and what it prints are compared.</summary>
    [DockerFact]
    [InlineData("images", "images; images -q; images --format '{{.Repository}} {{.Tag}}'; images nosuch; images --format 'table {{.Repository}}\t{{.Tag}}'")]
    [InlineData("run", "run --rm --network none busybox echo hello; run --rm --network none busybox sh -c 'exit 3'; run --rm --network none busybox sh -c 'kill -9 $$'")]
    [InlineData("run fails", "run --rm --network none busybox /nosuch; run --rm --network none busybox /etc/passwd; run --rm --network none -w rel busybox true; run --rm --network none -u nosuch busybox true; run --name 'b@d' busybox true; run busybox; run --nosuch busybox; run")]
    [InlineData("run flags", "run --rm --network none -e A=1 -e B= -w /x -u 65534 --entrypoint sh busybox -c 'pwd; id -u; id -g; echo $A$B$HOME'; run --rm --network none -u nobody busybox id; run --rm --network none busybox ls -a /; run --rm --network none busybox cat /proc/self/oom_score_adj; run --rm --network none busybox grep Cap /proc/self/status; run --rm --network none busybox grep -E 'Seccomp|NoNewPrivs' /proc/self/status; run --rm --network none busybox sh -c 'ls -l /dev; cat /etc/hosts | head -1; ulimit -c; umask'; run --rm --network none busybox sh -c 'grep -v overlay /proc/mounts | cut -d\" \" -f2,3 | sort'")]
    [InlineData("ps", "create --name a --network none busybox sleep 300; ps; ps -a; ps -a --format '{{.Names}} {{.Status}} {{.Image}} {{.Command}} {{.Ports}}'; start a; ps --format '{{.Names}} {{.State}}'; ps --format 'table {{.Names}}\t{{.Image}}'; rm a; rm -f a; ps -aq")]
    [InlineData("commands", "create --name q --network none busybox sh -c 'echo \"quoted\" and long enough to be cut'; ps -a --format '{{.Command}}'; ps -a --no-trunc --format '{{.Command}}'; create --name q2 --network none --entrypoint 'a b' busybox c; ps -a --format '{{.Names}} {{.Command}}'; rm q q2")]
    [InlineData("life", "create --name l --network none busybox sh -c 'echo out; echo err >&2; exit 6'; start -a l; logs l; inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.Name}} {{.Path}} {{json .Args}}' l; start l; wait l; kill nosuch; exec l true; stop l; rm l; rm l")]
    [InlineData("exec", "run -d --name e --network none busybox sleep 300; exec e echo hi; exec e sh -c 'exit 9'; exec e /nosuch; exec e /etc/passwd; exec -w /etc e pwd; exec -u nobody e id -u; exec -e A=b e sh -c 'echo $A'; exec nosuch true; kill -s TERM e; stop -t 0 e; inspect -f '{{.State.ExitCode}} {{.State.Running}}' e; kill e; rm e")]
    [InlineData("names", "create --name n --network none busybox true; create --name n --network none busybox true; tag busybox UPPER; tag nosuch x; tag busybox x:1; images --format '{{.Repository}}:{{.Tag}}'; rmi x:1; rmi x:1; rmi busybox; rm n; rm nosuch; inspect nosuch; history nosuch; logs nosuch; start nosuch; stop nosuch")]
    [InlineData("build", "build -t b ctx; build -q b; build -t b ctx; history --format '{{.Size}} {{.Comment}}' b; run --rm --network none b; inspect -f '{{json .Config.Cmd}} {{json .Config.Entrypoint}} {{.Config.WorkingDir}} {{.Config.User}} {{len .RootFS.Layers}}' b; build -f ctx/Bad ctx; build -f ctx/Fails ctx; build -f nosuch ctx; build nosuch; build; rmi b")]
    [InlineData("templates", "images --format '{{.Nope}}'; images --format '{{'; ps --format '{{.Nope}}'; inspect -f '{{.Nope}}' busybox; images --format '{{json .}}' nosuch; images --format '{{upper .Repository}} {{len .Tag}} {{printf \"%s-%d\" .Tag 3}}'; images --format '{{if eq .Tag \"latest\"}}yes{{else}}no{{end}}'; history --format '{{.Comment}}' -H=false busybox")]
    [InlineData("filters", "import -c 'LABEL a=1 b=\"two words\"' ../busybox.tar f/one:a; import ../busybox.tar two:b; import -c 'LABEL a=2' ../busybox.tar f/one:a; images -f dangling=true; images -f dangling=false --format '{{.Repository}}:{{.Tag}}'; images -f dangling=1; images -f dangling=true -f dangling=false -q; images -f label=a --format '{{.Tag}}'; images -f label=a=1 -f label=b --format '{{.Tag}}'; images -f 'label=b=two words' --format '{{.Tag}}'; images -f label=; images -f reference=two; images -f 'reference=*' --format '{{.Repository}}'; images -f 'reference=*/*' --format '{{.Repository}}'; images -f 'reference=f/*:a' -f reference=two --format '{{.Repository}}'; images -f 'reference=two:?' --format '{{.Repository}}'; images -f 'reference=['; images -f Reference=two --format '{{.Repository}}'; images -f before=two:b --format '{{.Repository}}'; images -f since=busybox --format '{{.Repository}}'; images -f since=busybox -f before=two:b --format '{{.Repository}}'; images -f before=nosuch; images -f unknown=x; images -f until=1h; images -f foo; images -f =x; images UPPER; images 'tw*' --format '{{.Repository}}'; images 'f/*'; images 'bad name'; images --digests; images --digests two --no-trunc; images --format '{{.Digest}} {{.CreatedAt}} {{.VirtualSize}} {{.SharedSize}} {{.UniqueSize}} {{.Containers}}' nosuch; images --format 'table {{.ID}}\t{{.Digest}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}' two; image ls two; image list -q; image ls --filter; rmi f/one:a two:b; image prune -f; images -q -f dangling=true")]
    [InlineData("image inspect", "image inspect nosuch; image inspect; image inspect -f '{{.Nope}}' busybox; image inspect -f '{{json .RepoTags}} {{json .RepoDigests}} {{.Parent}} {{.Container}} {{.Author}} {{.Architecture}} {{.Os}} {{json .Config}} {{json .ContainerConfig}} {{.RootFS.Type}} {{len .RootFS.Layers}}' busybox; image inspect --type image busybox; image inspect -s busybox; image history --format '{{.Comment}}' busybox")]
    [InlineData("grammar", "ps extra; images a b; rm; rmi; tag a; exec e; stop -t x y; kill -s; --nosuch; nosuch; start; run -it busybox true; logs; logs a b; inspect; history; import; pull; ps -aqx")]
    public void Docker_and_eventdock_answer_alike(string _, string script)
    {
        both.Write("ctx/Dockerfile", "FROM busybox\nENV A=1\nWORKDIR /srv\nCOPY file .\nUSER nobody\nENTRYPOINT [\"cat\"]\nCMD [\"file\"]\n");
        both.Write("ctx/Bad", "FROM busybox\nFROB x\n");
        both.Write("ctx/Fails", "FROM busybox\nRUN exit 9\n");
        both.Write("ctx/file", "content\n");
        var different = new List<string>();
        foreach (var line in script.Split("; ").Aggregate(new List<string>(), Joined))
        {
            var words = Words(line);
            var (docker, ours) = Answers(
                both, words, (there, here) => there.Code == here.Code && Ordered(words, Normal(there.Out)) == Ordered(words, Normal(here.Out)));
            if (docker.Code != ours.Code)
            {
                different.Add($"`{line}` ends with {docker.Code} there ({docker.Error.Trim()}) and {ours.Code} here ({ours.Error.Trim()})");
            }
            else if (Comparable(words) && Ordered(words, Normal(docker.Out)) != Ordered(words, Normal(ours.Out)))
            {
                different.Add($"`{line}` prints there\n{Normal(docker.Out)}\nand here\n{Normal(ours.Out)}");
            }
        }

        both.RemoveContainers();
        foreach (var id in both.Docker("ps", "-aq").Lines)
        {
            both.Docker("rm", "-f", id);
        }

        Assert.True(different.Count == 0, string.Join("\n", different));
    }

    /// <summary>An image that docker has built, saved and loaded here: the same document, but for where files lie and when that was.</summary>
    [DockerFact]
    [InlineData("inspected")]
    [InlineData("busybox")]
    public void An_image_of_docker_s_is_inspected_as_docker_inspects_it(string image)
    {
        both.Write(
            "full/Dockerfile",
            "FROM busybox\nMAINTAINER me <me@x>\nLABEL z=1 a=\"two <words>\" c=\nENV X=1\nRUN echo one > /one\nEXPOSE 80 53/udp\nVOLUME /vol /b\nSTOPSIGNAL SIGINT\n"
            + "WORKDIR /srv\nHEALTHCHECK --interval=5s --retries=3 CMD true\nONBUILD RUN echo\nSHELL [\"/bin/sh\",\"-c\"]\nUSER nobody\nENTRYPOINT [\"sh\"]\nCMD [\"-c\",\"true\"]\n");
        both.Docker("build", "-q", "-t", "inspected", "full").Done();
        var archive = Path.Combine(both.Place, $"saved-{image}.tar");
        both.Docker("save", "-o", archive, image).Done();
        both.Run("load", "-i", archive).Done();
        var (there, here) = (Document(both.Docker("image", "inspect", image)), Document(both.Run("image", "inspect", image)));
        Assert.Equal(there.Select(m => m.Key), here.Select(m => m.Key));
        foreach (var (field, value) in there.Where(m => m.Key is not ("Parent" or "Size" or "VirtualSize" or "GraphDriver" or "Metadata")))
        {
            Assert.Equal((field, value?.ToJsonString()), (field, here[field]?.ToJsonString()));
        }

        Assert.Equal(there["GraphDriver"]!["Data"]!.AsObject().Select(m => m.Key), here["GraphDriver"]!["Data"]!.AsObject().Select(m => m.Key));
        Assert.NotNull(here["Metadata"]!["LastTagTime"]);
        both.Run("rmi", "-f", here["Id"]!.GetValue<string>()).Done();
        both.Run("image", "prune", "-f").Done();
        both.Import();
        both.Docker("rmi", "-f", "inspected");
    }

    /// <summary>
    /// The same line given to both. What only looks is asked again where the answers differ: what ends by itself, or is removed at its end, need
    /// not have come as far in both.
    /// </summary>
    internal static (Said Docker, Said Ours) Answers(BesideDocker both, string[] words, Func<Said, Said, bool> alike)
    {
        var verb = words[0] == "container" && words.Length > 1 ? words[1] : words[0];
        var since = Stopwatch.StartNew();
        while (true)
        {
            // Whoever is attached stays until the end: one after the other, the second would find that it has come.
            var there = verb == "attach" ? Task.Run(() => both.Docker(words)) : Task.FromResult(both.Docker(words));
            var ours = both.Run(words);
            var docker = there.GetAwaiter().GetResult();
            if (alike(docker, ours) || verb is not ("ps" or "ls" or "list" or "inspect" or "logs" or "top") || since.Elapsed > TimeSpan.FromSeconds(20))
            {
                return (docker, ours);
            }

            Thread.Sleep(200);
        }
    }

    private static System.Text.Json.Nodes.JsonObject Document(Said said) =>
        System.Text.Json.Nodes.JsonNode.Parse(said.Done().Out)![0]!.AsObject();

    /// <summary>A step's ids and an image's own (its config's bytes) differ by nature; so do help texts.</summary>
    private static bool Comparable(string[] words) => words is not ["image", "prune", ..] && words[0] is not ("build" or "rmi" or "rm") || words.Length == 2 && words[0] == "rm";

    /// <summary>docker takes the names of one image out of a map: their order is another each time.</summary>
    private static string Ordered(string[] words, string text) =>
        words[0] == "images" ? string.Join('\n', text.Split('\n').Order(StringComparer.Ordinal)) : text;

    internal static string Normal(string text)
    {
        text = Regex.Replace(text, "[0-9a-f]{64}|\\b[0-9a-f]{12}\\b", m => new string('#', Math.Min(12, m.Length)));
        text = Regex.Replace(text, "(Less than a second|About a minute|About an hour|[0-9]+ (seconds?|minutes?|hours?))( ago)?", "TIME");

        // docker's daemon is not told which file its client reads.
        text = Regex.Replace(text, "Imported from .*", "Imported");
        return string.Join('\n', text.Split('\n').Select(l => Regex.Replace(l, " {2,}", "  ").TrimEnd())).TrimEnd();
    }

    /// <summary>A quoted argument may hold the separator.</summary>
    internal static List<string> Joined(List<string> lines, string part)
    {
        if (lines.Count > 0 && lines[^1].Count(c => c == '\'') % 2 == 1)
        {
            lines[^1] += "; " + part;
        }
        else
        {
            lines.Add(part);
        }

        return lines;
    }

    internal static string[] Words(string line) =>
        Regex.Matches(line, "(?:[^\\s']|'[^']*')+").Select(m => m.Value.Replace("'", "", StringComparison.Ordinal)).ToArray();
}
