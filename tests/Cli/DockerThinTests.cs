namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.RegularExpressions;

/// <summary>diff, cp and commit given to docker 20.10 and to EventDock: the same lines, the same files, the same exit codes.</summary>
public sealed class DockerThinTests(BesideDocker both) : IClassFixture<BesideDocker>, IDisposable
{
    public void Dispose()
    {
        both.RemoveContainers();
        foreach (var id in both.Docker("ps", "-aq").Lines)
        {
            both.Docker("rm", "-f", id).Done();
        }
    }

    [DockerFact]
    [InlineData("mkdir -p /a/b; touch /a/b/c /z /a-b; mkdir /etc/n; rmdir /etc/n; ln -s x /lnk; mkfifo /p")]
    [InlineData("rm /bin/cat; chmod 700 /bin; touch /bin/busybox; mv /bin/ls /bin/ls2")]
    [InlineData("chown 5 /etc/passwd; chown 0 /etc/passwd; mv /etc /etc2; mkdir /etc; echo > /etc/group; mkdir /etc/sub; echo > /etc/sub/x")]
    [InlineData("rm -r /etc; echo > /etc; echo > /dev/x; echo > /tmpfile; rm /tmpfile")]
    [InlineData("cat /etc/passwd > /p; cat /p > /etc/passwd; mkdir -m 1777 /t; touch /t/.hidden /t/-dash '/t/with space'")]
    [InlineData("true")]
    public void Diff_shows_what_docker_shows(string script)
    {
        both.Docker("run", "--name", "dd", "--network", "none", "busybox", "sh", "-c", script);
        both.Run("run", "--name", "dd", "--network", "none", "busybox", "sh", "-c", script);
        var (there, here) = (both.Docker("diff", "dd").Done().Lines, both.Lines("diff", "dd"));
        Assert.Equal(there.Order(StringComparer.Ordinal), here.Order(StringComparer.Ordinal));
        Assert.All(here, line => Assert.True(IsAfterItsDirectory(here, line), line));
    }

    private static bool IsAfterItsDirectory(string[] lines, string line) =>
        line.LastIndexOf('/') is var slash && slash <= 2
        || System.Array.FindIndex(lines, l => l[2..] == line[2..slash]) is >= 0 and var at && at < System.Array.IndexOf(lines, line);

    /// <summary>docker's rules for SRC and DEST, with and without slashes and dots: one copy after the other, then all files compared.</summary>
    [DockerFact]
    [InlineData("h/f c:/tmp; h/f c:/tmp/new; h/f c:/tmp/newdir/; h/f c:/no/such; h/d c:/tmp; h/d c:/tmp/nd; h/d c:/tmp/nd2/; h/d/. c:/tmp/nd3; h/d/. c:/tmp/nd3/.; h/d c:/tmp/nd4/.; h/d c:/etc/passwd; h/f c:/tmp/d")]
    [InlineData("h/l c:/tmp; -L h/l c:/tmp/followed; h/dl c:/tmp; h/dl/ c:/tmp/x; -L h/dl c:/tmp/y; h/dl/. c:/tmp/z; -L h/broken c:/tmp; h/broken c:/tmp")]
    [InlineData("h/nosuch c:/tmp; h/f/ c:/tmp; h/f c:tmp/rel; h/d c:; h/f nosuch:/x; a b; c:/a d:/b; h/f c:/tmp/../up; c:/etc/passwd nosuch/x; c:/nosuch h; ./h/f c:/tmp; h/f c:/link; h/f c:/dirlink; h/f c:/dangling; h/f c:/bin/busybox/x; h/d/in/x c:/etc/passwd")]
    [InlineData("c:/etc .; c:/etc o2; c:/etc/. o3; c:/etc/. o3; c:/etc/passwd o4; c:/etc/passwd o5/; c:/etc/passwd nodir/x; c:/bin/ls .; -L c:/bin/ls ll; c:/etc h/f; c:/etc/passwd/ x; c:etc/passwd x2; c:/etc/ tr; c:/link l; -L c:/link l2; c:/dirlink m; c:/dirlink/ n; c:/dirlink/. q; -L c:/dirlink r; -L c:/dangling .; c:/dangling .; c:/fifo .; c:/etc/passwd /dev/null")]
    [InlineData("-; - c:/; c:/etc; -x c:/a b; h/f c:/tmp h")]
    public void Cp_puts_files_where_docker_puts_them(string copies)
    {
        const string make = "mkdir -p /tmp; ln -s /etc/passwd /link; ln -s etc /dirlink; ln -s /nowhere/x /dangling; mkfifo /fifo";
        both.Docker("run", "--name", "cc", "--network", "none", "busybox", "sh", "-c", make).Done();
        both.Run("run", "--name", "cc", "--network", "none", "busybox", "sh", "-c", make).Good();
        var different = new List<string>();
        foreach (var place in new[] { "there", "here" })
        {
            Sh($"rm -rf {place}; mkdir -p {place}/h/d/in; cd {place}/h; echo f > f; echo x > d/in/x; chown 1000:1001 f d; chmod 640 f; touch -d 2001-02-03 f; ln -s f l; ln -s d dl; ln -s nowhere broken");
        }

        foreach (var copy in copies.Split("; "))
        {
            var words = copy.Split(' ').Select(w => Regex.Replace(w, "^c:", "cc:")).Prepend("cp").ToArray();
            var docker = In("there", "/usr/bin/docker", ["-H", both.Socket, .. words]);
            var ours = In("here", Eventdock.Binary, words);
            if (docker.Code != ours.Code)
            {
                different.Add($"`{copy}` ends with {docker.Code} there ({docker.Error.Trim()}) and {ours.Code} here ({ours.Error.Trim()})");
            }
        }

        Assert.True(different.Count == 0, string.Join("\n", different));
        const string all = "find . -printf '%p %y %m %U:%G %l\\n' | sort";
        Assert.Equal(Sh($"cd there; {all}"), Sh($"cd here; {all}"));
        Assert.Equal(
            Listed(In("there", "/bin/sh", ["-c", $"/usr/bin/docker -H {both.Socket} export cc | tar tvf - --numeric-owner"])),
            Listed(In("here", "/bin/sh", ["-c", $"'{Eventdock.Binary}' export cc | tar tvf - --numeric-owner"])));
    }

    [DockerFact]
    [InlineData("cc:/etc/passwd -")]
    [InlineData("cc:/etc -")]
    [InlineData("cc:/etc/. -")]
    [InlineData("cc:/bin/ls -")]
    [InlineData("-L cc:/bin/ls -")]
    [InlineData("cc:/nosuch -")]
    public void An_archive_on_standard_output_has_the_names_of_docker_s(string copy)
    {
        both.Docker("create", "--name", "cc", "--network", "none", "busybox", "true").Done();
        both.Run("create", "--name", "cc", "--network", "none", "busybox", "true").Good();
        Assert.Equal(
            Listed(In("", "/bin/sh", ["-c", $"/usr/bin/docker -H {both.Socket} cp {copy} | tar tvf - --numeric-owner 2>/dev/null"])),
            Listed(In("", "/bin/sh", ["-c", $"'{Eventdock.Binary}' cp {copy} | tar tvf - --numeric-owner 2>/dev/null"])));
    }

    [DockerFact]
    [InlineData("tar c h", "/tmp")]
    [InlineData("tar cz h", "/tmp/")]
    [InlineData("tar c -C h .", "/")]
    [InlineData("tar c h", "/tmp/nosuch")]
    [InlineData("tar c h", "/etc/passwd")]
    [InlineData("tar c h", "/dirlink")]
    [InlineData("true", "/tmp")]
    [InlineData("echo garbage", "/tmp")]
    [InlineData("tar c --transform s/^h/etc/ h/d", "/")]
    [InlineData("tar c --transform s,^h/f,etc, h/f", "/")]
    [InlineData("tar cP --transform s,^h/f,../../up, h/f", "/tmp")]
    public void An_archive_on_standard_input_is_unpacked_as_by_docker(string archive, string into)
    {
        const string make = "mkdir -p /tmp; ln -s etc /dirlink";
        both.Docker("run", "--name", "cc", "--network", "none", "busybox", "sh", "-c", make).Done();
        both.Run("run", "--name", "cc", "--network", "none", "busybox", "sh", "-c", make).Good();
        Sh("rm -rf h; mkdir -p h/d; cd h; echo f > f; echo x > d/x; chown 1000:1001 f d");
        var there = In("", "/bin/sh", ["-c", $"{archive} | /usr/bin/docker -H {both.Socket} cp - cc:{into}"]);
        var here = In("", "/bin/sh", ["-c", $"{archive} | '{Eventdock.Binary}' cp - cc:{into}"]);
        Assert.True(there.Code == here.Code, $"{there}\n{here}");
        Assert.Equal(
            Listed(In("", "/bin/sh", ["-c", $"/usr/bin/docker -H {both.Socket} export cc | tar tvf - --numeric-owner"])),
            Listed(In("", "/bin/sh", ["-c", $"'{Eventdock.Binary}' export cc | tar tvf - --numeric-owner"])));
    }

    [DockerFact]
    [InlineData("nobody")]
    public void Commit_makes_the_image_that_docker_makes(string user)
    {
        string[] run = ["run", "--name", "mm", "--network", "none", "-w", "/srv", "-u", user, "--entrypoint", "sh", "busybox", "-c", "exit 3"];
        Assert.Equal(both.Docker(run).Code, both.Run(run).Code);
        var different = new List<string>();
        foreach (var line in (string[][])
        [
            ["commit", "mm"], ["commit", "-a", "me <x>", "-m", "a message", "-c", "ENV Q=1", "-c", "CMD [\"x\"]", "-c", "LABEL l=1", "mm", "img:1"],
            ["commit", "--change", "FROB x", "mm"], ["commit", "nosuch"], ["commit", "mm", "BAD"], ["commit", "mm", "a", "b"], ["commit"],
            ["commit", "-p=false", "mm", "img:2"], ["commit", "--pause", "mm", "img:1"], ["commit", "-m", "second", "mm", "img:1"],
            ["history", "--format", "{{.CreatedBy}}|{{.Comment}}|{{.Size}}", "img:1"], ["history", "--no-trunc", "--format", "{{.CreatedBy}}|{{.Comment}}", "img:2"],
            ["inspect", "-f", "{{json .Config.Cmd}} {{json .Config.Entrypoint}} {{.Config.WorkingDir}} {{.Config.User}} {{.Author}} {{.Comment}}", "img:1"],
            ["commit", "-c", "LABEL l=1", "mm", "img:3"], ["inspect", "-f", "{{json .Config.Labels}}", "img:3"],
            ["images", "--format", "{{.Repository}}:{{.Tag}}"], ["run", "--rm", "--network", "none", "img:1"],
        ])
        {
            var (there, here) = (both.Docker(line), both.Run(line));
            var same = there.Code == here.Code
                && (line[0] == "commit" ? there.Out.Length == here.Out.Length : Sorted(line, there.Out) == Sorted(line, here.Out));
            if (!same)
            {
                different.Add($"`{there.Line}`:\n{there}\n{here}");
            }
        }

        Assert.True(different.Count == 0, string.Join("\n", different));
    }

    private static string Sorted(string[] line, string text) =>
        line[0] switch
        {
            "images" => string.Join('\n', text.Split('\n').Order(StringComparer.Ordinal)),
            // The image below came from a pipe there, and from a file here.
            "history" => string.Join('\n', text.Split('\n').Where(l => !l.Contains("Imported from", StringComparison.Ordinal))),
            _ => text,
        };

    private Said In(string place, string program, string[] args) => Eventdock.Run(
        program, args, [], new Dictionary<string, string?>(both.Environment) { ["DOCKER_CONFIG"] = Path.Combine(both.Place, "client") },
        Path.Combine(both.Work, place));

    private string Sh(string script) => Eventdock.Run("/bin/sh", ["-c", script], [], null, both.Work).Good().Out;

    /// <summary>Modes, owners, sizes and names; what the containers' own runtimes and clocks have in it is left out.</summary>
    private static string Listed(Said said) => string.Join('\n', said.Lines
        .Select(l => Regex.Replace(l, " +(\\d+) \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d ", " $1 "))
        .Where(l => !Regex.IsMatch(l, " (\\./)?(dev|proc|sys|etc/(hosts|hostname|resolv\\.conf|mtab)|\\.dockerenv)(/|$| )"))
        .Order(StringComparer.Ordinal));
}
