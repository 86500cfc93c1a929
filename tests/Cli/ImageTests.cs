namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.Json;

/// <summary>import, images, tag, history, rmi.</summary>
public sealed class ImageTests : IClassFixture<BusyboxInstallation>, IDisposable
{
    private readonly BusyboxInstallation eventdock;
    private readonly string busybox;

    public ImageTests(BusyboxInstallation installation)
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
    public void The_table_of_images_is_dockers()
    {
        Assert.Matches(
            $"^REPOSITORY   TAG       IMAGE ID       CREATED +SIZE\nbusybox      latest    {busybox[..12]}   [A-Za-z0-9 ]+ ago +[0-9.]+MB\n$",
            eventdock.Run("images").Good().Out);
        Assert.Equal(busybox[..12], eventdock.Out("images", "-q"));
        Assert.Equal($"sha256:{busybox}", eventdock.Out("images", "-q", "--no-trunc"));
        Assert.Equal(LedgerImportTests.Still(eventdock.Out("images")), LedgerImportTests.Still(eventdock.Out("images", "busybox")));
        Assert.Single(eventdock.Lines("images", "other"));
        Assert.Equal("busybox", eventdock.Out("images", "--format", "{{.Repository}}", "busybox:latest"));
    }

    [Theory]
    [InlineData("{{.Repository}}:{{.Tag}}", "busybox:latest")]
    [InlineData("table {{.Repository}}\\t{{.Tag}}", "REPOSITORY   TAG\nbusybox      latest")]
    [InlineData("{{upper .Repository}}", "BUSYBOX")]
    [InlineData("{{json .Tag}}", "\"latest\"")]
    public void A_template_shapes_each_line(string template, string expected) => Assert.Equal(expected, eventdock.Out("images", "--format", template));

    [Fact]
    public void Json_is_an_object_a_line()
    {
        using var json = JsonDocument.Parse(eventdock.Out("images", "--format", "json"));
        Assert.Equal(busybox[..12], json.RootElement.GetProperty("ID").GetString());
        Assert.Equal("busybox", json.RootElement.GetProperty("Repository").GetString());
    }

    [Theory]
    [InlineData("{{.Nope}}", "Nope")]
    [InlineData("{{.ID", "unclosed")]
    [InlineData("{{nosuch .ID}}", "nosuch")]
    public void A_template_that_cannot_be_filled_is_refused(string template, string names) =>
        Assert.Contains(names, eventdock.Run("images", "--format", template).Refused(1), StringComparison.Ordinal);

    [Fact]
    public void A_tag_is_one_more_name_and_moves_when_it_is_given_again()
    {
        eventdock.Run("tag", "busybox", "localhost:5000/other/name:v1").Good();
        eventdock.Run("tag", busybox[..8], "moving").Good();
        Assert.Equal(["busybox latest", "localhost:5000/other/name v1", "moving latest"], eventdock.Lines("images", "--format", "{{.Repository}} {{.Tag}}"));
        Assert.Single(eventdock.Lines("images", "-q").Distinct());

        eventdock.Run("FROM busybox\nENV MOVED=1\n", ["build", "-q", "-t", "moving", "-"]).Good();
        Assert.NotEqual(busybox[..12], eventdock.Out("images", "-q", "moving"));
        Assert.Contains($" from {busybox[..12]} to ", eventdock.Lines("log", "--type", "ImageTagged")[0], StringComparison.Ordinal);

        Assert.Contains("nosuch", eventdock.Refused(1, "tag", "nosuch", "x"), StringComparison.Ordinal);
        Assert.Contains("UPPER", eventdock.Refused(1, "tag", "busybox", "UPPER"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_lost_its_name_is_none_and_goes_by_its_id()
    {
        eventdock.Run("FROM busybox\nENV GENERATION=1\n", ["build", "-q", "-t", "moving", "-"]).Good();
        var first = eventdock.Out("images", "-q", "moving");
        eventdock.Run("FROM busybox\nENV GENERATION=2\n", ["build", "-q", "-t", "moving", "-"]).Good();
        Assert.Contains($"<none> <none> {first}", eventdock.Lines("images", "--format", "{{.Repository}} {{.Tag}} {{.ID}}"));
        Assert.StartsWith($"Deleted: sha256:{first}", eventdock.Lines("rmi", first)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Rmi_untags_and_with_the_last_name_deletes_the_image_and_the_layers_nothing_else_uses()
    {
        eventdock.Run("FROM busybox\nRUN echo unique-to-it > /file\n", ["build", "-q", "-t", "own", "-t", "own:two", "-"]).Good();
        var id = eventdock.Out("inspect", "-f", "{{.Id}}", "own");
        var before = eventdock.Entries("layers");
        Assert.Equal(2, before.Length);

        Assert.Equal(["Untagged: own:two"], eventdock.Lines("rmi", "own:two"));
        Assert.Equal(before, eventdock.Entries("layers"));
        var gone = eventdock.Lines("rmi", "own");
        Assert.Equal(["Untagged: own:latest", $"Deleted: {id}"], gone[..2]);
        Assert.Matches("^Deleted: sha256:[0-9a-f]{64}$", gone[2]);
        Assert.Equal(3, gone.Length);
        Assert.Single(eventdock.Entries("layers"));
        Assert.DoesNotContain(gone[2]["Deleted: sha256:".Length..], eventdock.Entries("layers"));
        eventdock.AwaitReaper();
        Assert.Empty(eventdock.Entries("trash"));
        Assert.Equal("still here", eventdock.Out("run", "--rm", "busybox", "echo", "still here"));
    }

    [Fact]
    public void An_image_with_several_names_goes_by_id_only_with_force()
    {
        eventdock.Run("FROM busybox\nENV MANY=names\n", ["build", "-q", "-t", "many:1", "-t", "many:2", "-"]).Good();
        var id = eventdock.Out("images", "-q", "many:1");
        var refused = eventdock.Refused(1, "rmi", id);
        Assert.Contains("many:1", refused, StringComparison.Ordinal);
        Assert.Contains("-f", refused, StringComparison.Ordinal);
        var gone = eventdock.Lines("rmi", "-f", id);
        Assert.Equal(["Untagged: many:1", "Untagged: many:2"], gone[..2]);
        Assert.StartsWith($"Deleted: sha256:{id}", gone[2], StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_in_use_is_refused_with_the_container_named()
    {
        var running = eventdock.Out("run", "-d", "--name", "user", "busybox", "sleep", "300");
        Assert.Equal($"eventdock: image busybox is in use by running container {running[..12]} (user)", eventdock.Refused(1, "rmi", "busybox"));
        Assert.Contains("(user)", eventdock.Refused(1, "rmi", "-f", busybox[..12]), StringComparison.Ordinal);
        eventdock.Run("kill", "user").Good();
        Assert.Equal($"eventdock: image busybox is in use by stopped container {running[..12]} (user)", eventdock.Refused(1, "rmi", "busybox"));
        Assert.Equal(["busybox"], eventdock.Lines("images", "--format", "{{.Repository}}"));
    }

    [Fact]
    public void Forced_away_under_a_stopped_container_the_name_goes_and_the_container_still_starts()
    {
        eventdock.Run("create", "--name", "stopped", "busybox", "echo", "started").Good();
        Assert.Equal(["Untagged: busybox:latest"], eventdock.Lines("rmi", "-f", "busybox"));
        Assert.Equal("started", eventdock.Out("start", "-a", "stopped"));
    }

    [Fact]
    public void Unknown_and_ambiguous_images_are_named()
    {
        Assert.Equal("eventdock: no such image: nosuch", eventdock.Refused(1, "rmi", "nosuch"));
        Assert.Equal("eventdock: no such image: nosuch", eventdock.Refused(1, "history", "nosuch"));
        for (var n = 0; n < 17; n++)
        {
            eventdock.Run($"FROM busybox\nENV N={n}\n", ["build", "-q", "-t", $"n:{n}", "-"]).Good();
        }

        var twins = eventdock.Lines("images", "-q").Distinct().GroupBy(i => i[0]).First(g => g.Count() > 1).ToArray();
        var refused = eventdock.Refused(1, "history", twins[0][..1]);
        Assert.All(twins, t => Assert.Contains(t, refused, StringComparison.Ordinal));
    }

    [Fact]
    public void History_is_a_table_with_missing_ids_below_the_top()
    {
        eventdock.Run("FROM busybox\nRUN echo twelve chars > /f\nCMD [\"sh\"]\n", ["build", "-q", "-t", "layered", "-"]).Good();
        var id = eventdock.Out("images", "-q", "layered");
        var table = eventdock.Lines("history", "layered");
        Assert.Matches("^IMAGE          CREATED +CREATED BY +SIZE +COMMENT$", table[0]);
        Assert.Matches($"^{id}   [A-Za-z0-9 ]+ ago +/bin/sh -c #\\(nop\\)  CMD \\[\"sh\"\\] +0B *$", table[1]);
        Assert.Matches("^<missing>      [A-Za-z0-9 ]+ ago +/bin/sh -c echo twelve chars > /f +13B *$", table[2]);
        Assert.Matches("^<missing>      [A-Za-z0-9 ]+ ago +[0-9.]+MB +Imported from .*$", table[3]);
        Assert.Equal([id, "<missing>", "<missing>"], eventdock.Lines("history", "-q", "layered"));
        Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z 13$", eventdock.Lines("history", "-H=false", "--format", "{{.CreatedAt}} {{.Size}}", "layered")[1]);
    }

    [Fact]
    public void Import_takes_a_file_or_stdin_plain_or_gzipped_and_the_same_bytes_once()
    {
        var layers = eventdock.Entries("layers");
        Assert.Matches("^sha256:[0-9a-f]{64}\n$", eventdock.Run(Busybox.Gzip(Busybox.Archive), "import", "-", "piped:1").Good().Out);
        Assert.Equal("fine", eventdock.Out("run", "--rm", "piped:1", "echo", "fine"));
        Assert.Equal(layers, eventdock.Entries("layers"));
    }

    [Fact]
    public void What_is_no_archive_is_cut_off_or_leaves_its_root_is_refused_and_nothing_stays()
    {
        var before = (string.Join(' ', eventdock.Lines("images", "-aq")), string.Join(' ', eventdock.Entries("layers")), string.Join(' ', eventdock.Entries("blobs/sha256")));
        var gzip = Busybox.Gzip(Busybox.Archive);
        foreach (var (name, bytes) in new[]
        {
            ("no-archive.txt", "this is no archive, and it is longer than a header would be: " + new string('.', 600)).Map((n, t) => (n, System.Text.Encoding.UTF8.GetBytes(t))),
            ("cut.tar.gz", gzip[..(gzip.Length / 2)]),
            ("cut.tar", Busybox.Archive[..700_000]),
            ("leaves.tar", Busybox.Tar(("ok", "fine"), ("../../outside", "no"))),
        })
        {
            var path = Path.Combine(eventdock.Work, name);
            File.WriteAllBytes(path, bytes);
            Assert.Contains(path, eventdock.Refused(1, "import", path, "broken"), StringComparison.Ordinal);
            Assert.Equal(before, (string.Join(' ', eventdock.Lines("images", "-aq")), string.Join(' ', eventdock.Entries("layers")), string.Join(' ', eventdock.Entries("blobs/sha256"))));
            eventdock.Refused(1, "rm", "nothing-but-a-changing-command-that-clears");
            eventdock.NothingWaitsInStaging();
        }

        Assert.False(File.Exists(Path.Combine(eventdock.Root, "outside")));
        Assert.Equal("eventdock: /no/such.tar: no such file or directory", eventdock.Refused(1, "import", "/no/such.tar"));
        Assert.Contains("/dev/zero", eventdock.Refused(1, "import", "/dev/zero"), StringComparison.Ordinal);
    }
}
