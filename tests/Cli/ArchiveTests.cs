namespace EventDock.Tests.Cli;

using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

/// <summary>save, load, export, and import with all that it takes.</summary>
public sealed class ArchiveTests : IClassFixture<BusyboxInstallation>, IDisposable
{
    private readonly BusyboxInstallation eventdock;
    private readonly string busybox;

    public ArchiveTests(BusyboxInstallation installation)
    {
        eventdock = installation;
        busybox = eventdock.ImageId;
    }

    /// <summary>Every test finds busybox and nothing else.</summary>
    public void Dispose()
    {
        eventdock.RemoveContainers();
        foreach (var id in eventdock.Lines("images", "-q", "--no-trunc").Distinct().Where(i => i != $"sha256:{busybox}"))
        {
            eventdock.Run("rmi", "-f", id).Good();
        }

        eventdock.Run("tag", busybox, "busybox").Good();
        foreach (var name in eventdock.Lines("images", "--format", "{{.Repository}}:{{.Tag}}").Where(n => n != "busybox:latest"))
        {
            eventdock.Run("rmi", name).Good();
        }
    }

    [Fact]
    public void An_image_that_is_saved_and_loaded_is_the_same_image()
    {
        var id = Built("app:1");
        eventdock.Run("tag", "app:1", "app:2").Good();
        var history = eventdock.Out("history", "--no-trunc", "--format", "{{.CreatedBy}} {{.Size}} {{.Comment}}", id);
        var inspected = Inspected(id);
        eventdock.Run("save", "-o", "app.tar", "app").Good();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Place("app.tar")));
        eventdock.Run("save", "-o", "again.tar", "app:2", "app:1").Good();
        Assert.Equal(File.ReadAllBytes(Place("app.tar")), File.ReadAllBytes(Place("again.tar")));
        eventdock.Run("rmi", "app:1", "app:2").Good();

        Assert.Equal(["Loaded image: app:1", "Loaded image: app:2"], eventdock.Lines("load", "-i", "app.tar"));
        Assert.Equal([$"sha256:{id}"], eventdock.Lines("images", "-q", "--no-trunc", "app").Distinct());
        Assert.Equal(history, eventdock.Out("history", "--no-trunc", "--format", "{{.CreatedBy}} {{.Size}} {{.Comment}}", id));
        Assert.Equal(inspected, Inspected(id));
        Assert.Equal("made", eventdock.Out("run", "--rm", "--network", "none", "app:1"));
    }

    [Fact]
    public void An_image_that_is_saved_by_its_id_has_no_name_in_the_archive()
    {
        var id = Built("app:1");
        Shell("\"$0\" save \"$1\" | gzip > packed.tar.gz", id[..12]);
        eventdock.Run("save", "-o", "whole.tar", $"sha256:{id}").Good();
        Assert.Equal(Eventdock.Run("/bin/sh", ["-c", "gzip -dc packed.tar.gz | sha256sum"], null, null, eventdock.Work).Good().Out, Eventdock.Run("/bin/sh", ["-c", "sha256sum < whole.tar"], null, null, eventdock.Work).Good().Out);
        eventdock.Run("rmi", "app:1").Good();
        Assert.Equal($"Loaded image ID: sha256:{id}\n", eventdock.Run(File.ReadAllBytes(Place("packed.tar.gz")), "load", "-q").Good().Out);
        Assert.Equal("<none>", eventdock.Out("images", "--format", "{{.Repository}}", "--no-trunc").Split('\n').Single(r => r != "busybox"));
    }

    [Fact]
    public void All_images_of_an_archive_are_recorded_at_once_and_loading_it_again_changes_nothing()
    {
        Built("app:1");
        eventdock.Run("save", "-o", "both.tar", "busybox", "app:1").Good();
        eventdock.Run("rmi", "app:1").Good();
        eventdock.Run("load", "-i", "both.tar").Good();
        var loaded = Log("ImageLoaded")[0];
        Assert.Equal("both.tar", loaded.GetProperty("Data").GetProperty("Source").GetString());
        Assert.Equal("docker-archive", loaded.GetProperty("Data").GetProperty("Archive").GetString());
        var events = Events();
        Assert.Equal(events, RunAndCount("load", "-i", "both.tar"));
    }

    [Fact]
    public void A_name_that_moves_is_told()
    {
        var id = Built("app:1");
        eventdock.Run("save", "-o", "app.tar", "app:1").Good();
        eventdock.Run("tag", "busybox", "app:1").Good();
        Assert.Equal(
            [$"The image app:1 already exists, renaming the old one with ID sha256:{busybox} to empty string", "Loaded image: app:1"],
            eventdock.Lines("load", "-i", "app.tar"));
        Assert.Equal($"sha256:{id}", eventdock.Out("images", "-q", "--no-trunc", "app:1"));
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "diffID", "is not what it should be" },
        { "layer", "it is cut off" },
        { "missing", "layer1.tar is missing" },
        { "tag", "invalid reference" },
        { "truncated", "it is cut off" },
    };

    /// <summary>The first image of the archive is good; it is not taken either, nor any layer of it.</summary>
    [Theory]
    [MemberData(nameof(Lies))]
    public void A_bad_archive_leaves_nothing_behind(string lie, string says)
    {
        var before = State();
        File.WriteAllBytes(Place("bad.tar"), Lying(lie));
        Assert.Contains(says, eventdock.Refused(1, "load", "-i", "bad.tar"), StringComparison.Ordinal);
        Assert.Equal(before, State());
        eventdock.NothingWaitsInStaging();
        Assert.Equal("load", Log("CommandRefused")[0].GetProperty("Data").GetProperty("Verb").GetString());
    }

    [Fact]
    public void What_cannot_be_read_or_written_is_refused_before_anything_is_done()
    {
        Directory.CreateDirectory(Place("directory"));
        Assert.Equal("eventdock: /no/such.tar: no such file or directory", eventdock.Refused(1, "load", "-i", "/no/such.tar"));
        Assert.Equal("eventdock: directory: is a directory", eventdock.Refused(1, "load", "-i", "directory"));
        Assert.Contains("is a device", eventdock.Refused(1, "load", "-i", "/dev/zero"), StringComparison.Ordinal);
        Assert.Equal("eventdock: stdin: it is empty", eventdock.Run(System.Array.Empty<byte>(), "load").Refused(1));
        Assert.Equal("eventdock: directory: is a directory", eventdock.Refused(1, "save", "-o", "directory", "busybox"));
        Assert.Equal("eventdock: /no/such: no such directory", eventdock.Refused(1, "save", "-o", "/no/such/x.tar", "busybox"));
        Assert.Contains("is no regular file", eventdock.Refused(1, "save", "-o", "/dev/null", "busybox"), StringComparison.Ordinal);
        Assert.Equal("eventdock: no such image: nosuch", eventdock.Refused(1, "save", "-o", "none.tar", "busybox", "nosuch"));
        Assert.Equal("eventdock: no such container: nosuch", eventdock.Refused(1, "export", "-o", "none.tar", "nosuch"));
        Assert.False(File.Exists(Place("none.tar")));
        Assert.Empty(Directory.GetFiles(eventdock.Work, ".eventdock-*"));
    }

    [Theory]
    [InlineData("cowardly refusing to save to a terminal. Use the -o flag or redirect", "save", "busybox")]
    [InlineData("cowardly refusing to export to a terminal. Use the -o flag or redirect", "export", "nosuch")]
    [InlineData("requested load from stdin, but stdin is empty", "load")]
    public void An_archive_neither_goes_to_a_terminal_nor_comes_from_one(string says, params string[] args)
    {
        using var terminal = new OnTerminal(eventdock, args);
        Assert.Equal(1, terminal.Ends());
        Assert.Contains(says, terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exported_container_is_its_image_with_what_it_has_written()
    {
        eventdock.Run("run", "--name", "one", "--network", "none", "busybox", "sh", "-c", "echo new > /made; rm /etc/group; mkfifo /pipe").Good();
        eventdock.Run("export", "-o", "c.tar", "one").Good();
        var names = Names("c.tar");
        Assert.Contains("made", names);
        Assert.Contains("pipe", names);
        Assert.Contains("bin/busybox", names);
        Assert.DoesNotContain("etc/group", names);
        Assert.DoesNotContain(names, n => n.StartsWith("/", StringComparison.Ordinal) || n.Contains(".wh..wh.", StringComparison.Ordinal));
        Assert.DoesNotContain(eventdock.Root, File.ReadAllText("/proc/mounts"), StringComparison.Ordinal);
        eventdock.NothingWaitsInStaging();

        eventdock.Run("import", "c.tar", "flat").Done();
        Assert.Equal("new", eventdock.Out("run", "--rm", "--network", "none", "flat", "cat", "/made"));
    }

    [Fact]
    public void A_name_that_looks_like_a_whiteout_is_exported_as_any_other()
    {
        eventdock.Run("run", "--name", "marked", "--network", "none", "busybox", "sh", "-c", "echo 1 > /.wh.passwd; mkdir /d; echo 2 > /d/.wh..wh..opq").Good();
        eventdock.Run("export", "-o", "w.tar", "marked").Good();
        Assert.Equal([".wh.passwd", "d/.wh..wh..opq"], Names("w.tar").Where(n => n.Contains(".wh.", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_running_container_is_exported_as_it_goes_on()
    {
        eventdock.Run("run", "-d", "--name", "running", "--network", "none", "busybox", "sh", "-c", "echo now > /made; exec sleep 300").Good();
        Eventually(() => eventdock.Run("exec", "running", "cat", "/made").Code == 0);
        Shell("\"$0\" export \"$1\" > r.tar", "running");
        Assert.Contains("made", Names("r.tar"));
        Assert.Equal("true", eventdock.Out("inspect", "-f", "{{.State.Running}}", "running"));
    }

    [Fact]
    public void An_import_takes_changes_a_message_and_a_platform()
    {
        var id = eventdock.Out(
            "import", "-c", "CMD [\"sh\"]", "--change", "ENV A=1 B=\"x y\"", "-c", "LABEL k=$A", "-c", "WORKDIR /srv", "-c", "USER nobody",
            "-c", "STOPSIGNAL SIGINT", "-m", "by hand", "--platform", "linux/arm64", Path.Combine(eventdock.Place, "busybox.tar"), "made:1");
        Assert.Equal(
            "[\"sh\"] [\"A=1\",\"B=x y\"] {\"k\":\"1\"} /srv nobody SIGINT linux/arm64",
            eventdock.Out("inspect", "-f", "{{json .Config.Cmd}} {{json .Config.Env}} {{json .Config.Labels}} {{.Config.WorkingDir}} {{.Config.User}} {{.Config.StopSignal}} {{.Os}}/{{.Architecture}}", id));
        Assert.Equal("by hand", eventdock.Out("history", "--format", "{{.Comment}}", id));
        Assert.Equal("eventdock: invalid change \"RUN x\": RUN is not a valid change command", eventdock.Refused(1, "import", "-c", "RUN x", "-"));
        Assert.Contains("operating system windows", eventdock.Refused(1, "import", "--platform", "windows", "-"), StringComparison.Ordinal);
    }

    private string Built(string tag)
    {
        eventdock.Write("Dockerfile", $"FROM busybox\nRUN echo made > /made\nENV WHEN={Guid.NewGuid():N}\nCMD [\"cat\", \"/made\"]\n");
        return eventdock.Out("build", "-q", "-t", tag, "--no-cache", ".")["sha256:".Length..];
    }

    private string Inspected(string id) =>
        eventdock.Out("inspect", "-f", "{{.Created}} {{json .Config}} {{json .RootFS}} {{.Size}} {{.Os}}/{{.Architecture}}", id);

    private static byte[] Lying(string lie)
    {
        var (good, other) = (Busybox.Tar(("good", lie)), Busybox.Tar(("other", lie)));
        var config = (byte[] layer) => $"{{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[\"sha256:{Convert.ToHexStringLower(SHA256.HashData(layer))}\"]}}}}";
        var archive = Busybox.Tar(
            new[]
            {
                ("layer0.tar", good),
                ("config0.json", Encoding.UTF8.GetBytes(config(good))),
                ("config1.json", Encoding.UTF8.GetBytes(config(lie == "layer" ? other[..700] : other))),
                ("manifest.json", Encoding.UTF8.GetBytes(
                    "[{\"Config\":\"config0.json\",\"RepoTags\":[\"first:1\"],\"Layers\":[\"layer0.tar\"]},"
                    + $"{{\"Config\":\"config1.json\",\"RepoTags\":[\"{(lie == "tag" ? "se@cond" : "second:1")}\"],\"Layers\":[\"layer1.tar\"]}}]")),
            }.Concat(lie == "missing" ? [] : [("layer1.tar", lie switch { "diffID" => Busybox.Tar(("else", lie)), "layer" => other[..700], _ => other })]).ToArray());
        return lie == "truncated" ? archive[..3000] : archive;
    }

    private (string, string, string, string) State() => (
        string.Join(' ', eventdock.Lines("images", "-aq", "--no-trunc")), string.Join(' ', eventdock.Entries("layers")),
        string.Join(' ', eventdock.Entries("blobs/sha256")), string.Join(' ', eventdock.Entries("l")));

    private int Events() => eventdock.Lines("log", "--format", "json").Length;

    private int RunAndCount(params string[] args)
    {
        eventdock.Run(args).Good();
        return Events();
    }

    private JsonElement[] Log(string type) =>
        eventdock.Lines("log", "--type", type, "--format", "json").Select(l => JsonDocument.Parse(l).RootElement).ToArray();

    private string Place(string name) => Path.Combine(eventdock.Work, name);

    private string[] Names(string archive) => Eventdock.Run("/bin/tar", ["tf", Place(archive)]).Good().Lines;

    private void Shell(string line, string argument) =>
        Eventdock.Run("/bin/sh", ["-c", line, Eventdock.Binary, argument], null, eventdock.Environment, eventdock.Work).Good();

    private static void Eventually(Func<bool> holds)
    {
        for (var tries = 0; !holds(); tries++)
        {
            Assert.True(tries < 300, "it did not come to hold within a minute");
            Thread.Sleep(200);
        }
    }
}
