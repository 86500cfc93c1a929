namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;

/// <summary>images with filters and as a tree, image inspect, layer ls and show, image diff; now and as they were.</summary>
public sealed class LookingTests : IDisposable
{
    private readonly Installation eventdock = new();

    public void Dispose() => eventdock.Dispose();

    /// <summary>An image of one layer of these files upon nothing.</summary>
    private string Import(string reference, params (string Name, string Content)[] files) =>
        eventdock.Run(Busybox.Tar(files), "import", "-", reference).Good().Out.Trim();

    private void Load(string reference, params byte[][] layers)
    {
        var archive = Path.Combine(eventdock.Place, "archive.tar");
        File.WriteAllBytes(archive, Busybox.DockerArchive(reference, layers));
        eventdock.Run("load", "-i", archive).Good();
    }

    private static readonly byte[] Base = Busybox.Tar(("etc/conf", "one\ntwo\nthree\n"), ("etc/same", "same"), ("gone", "12345"));

    [Fact]
    public void The_tree_counts_a_shared_layer_once_and_names_who_uses_it()
    {
        Load("a:1", Base, Busybox.Tar(("x", "1")));
        Load("b:1", Base, Busybox.Tar(("y", "12")));
        eventdock.Run("create", "--name", "user", "--network", "none", "b:1", "true").Good();
        var layers = eventdock.Lines("image", "ls", "--tree", "--format", "json").Select(l => JsonNode.Parse(l)!).ToArray();
        Assert.Equal(3, layers.Length);
        var shared = layers.Single(l => (long)l["UsedBy"]! == 2);
        Assert.Equal(["a:1", "b:1"], shared["Images"]!.AsArray().Select(i => (string)i!["Names"]![0]!));
        Assert.Equal("user", (string)shared["Containers"]![0]!["Name"]!);
        Assert.Equal(26, layers.Sum(l => (long)l["Bytes"]!));
        Assert.All(layers, l => Assert.Equal("loaded", (string)l["Origin"]!));
        var tree = eventdock.Lines("image", "ls", "--tree");
        Assert.Matches("^LAYER +SIZE +IMAGES +CONTAINERS$", tree[0]);
        Assert.Matches("^[0-9a-f]{12} +23B +2 +1$", tree[1]);
        Assert.Matches("^3 layers, each counted once +26B +2 +1$", tree[^1]);
        Assert.Equal(8, tree.Length);
        Assert.All(tree, line => Assert.True(line.Length <= 80, line));
        Assert.DoesNotContain(eventdock.Lines("image", "ls", "--tree", "a"), l => l.Contains("b:1", StringComparison.Ordinal));
    }

    [Fact]
    public void Layers_are_listed_with_their_origin_and_shown_with_their_files()
    {
        Load("a:1", Base, Busybox.Tar((".wh.gone", ""), ("new", "1")));
        Import("b", ("file", "1"));
        var layers = eventdock.Lines("layer", "ls", "--no-trunc", "--format", "{{.ID}} {{.Origin}} {{.UsedBy}} {{.Bytes}}").Select(l => l.Split(' ')).ToArray();
        Assert.Equal(["imported", "loaded", "loaded"], layers.Select(l => l[1]).Order());
        Assert.Equal(eventdock.Entries("layers"), layers.Select(l => l[0]).Order(StringComparer.Ordinal));
        var top = layers.Single(l => l[1] == "loaded" && l[3] == "1")[0];
        var shown = eventdock.Lines("layer", "show", top[..12]);
        Assert.Matches("^MODE +OWNER +SIZE +PATH$", shown[0]);
        Assert.Matches("^removed +/gone$", shown[1]);
        Assert.Matches("^-rw-r--r-- +0:0 +1B +/new$", shown[2]);
        Assert.Equal(3, shown.Length);
        Assert.Equal("eventdock: no such layer: nosuch", eventdock.Refused(1, "layer", "show", "nosuch"));
        Assert.Equal("eventdock: no such layer: ", eventdock.Refused(1, "layer", "show", ""));
    }

    [Fact]
    public void A_thin_layer_is_listed_where_all_are_asked_for_and_removed_images_leave_an_origin()
    {
        Import("b", ("file", "1"));
        eventdock.Run("create", "--name", "thin", "--network", "none", "b", "true").Good();
        Assert.Equal(["container thin", "imported "], eventdock.Lines(
            "layer", "ls", "-a", "--format", "{{.Origin}} {{if eq .Origin \"container\"}}{{range .Containers}}{{.Name}}{{end}}{{end}}").Order());
        eventdock.Run("rmi", "-f", "b").Done();
        Assert.Equal("imported 1", eventdock.Out("layer", "ls", "--format", "{{.Origin}} {{.Runs}}"));
    }

    [Fact]
    public void Images_differ_in_files_added_changed_and_removed_and_back_again()
    {
        Load("a:1", Base);
        Load("b:1", Base, Busybox.Tar(("etc/conf", "one\n2\nthree\n"), ("new", "1"), (".wh.gone", "")));
        Assert.Equal(["C       12B       -2B  /etc/conf", "D                 -5B  /gone", "A        1B       +1B  /new"], eventdock.Lines("image", "diff", "a:1", "b:1"));
        Assert.Equal(["C       14B       +2B  /etc/conf", "A        5B       +5B  /gone", "D                 -1B  /new"], eventdock.Lines("image", "diff", "b:1", "a:1"));
        Assert.Equal("", eventdock.Out("image", "diff", "a:1", "a:1"));
        Assert.Equal(["/etc/conf", "/gone", "/new"], eventdock.Lines("image", "diff", "--name-only", "a:1", "b:1"));
        var stat = eventdock.Lines("image", "diff", "--stat", "a:1", "b:1");
        Assert.Matches("^added +1 +\\+1B$", stat[0]);
        Assert.Matches("^shared +1 +23B +layers below both$", stat[^1]);
        Assert.Equal(
            "diff --git a/etc/conf b/etc/conf\n--- a/etc/conf\n+++ b/etc/conf\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
            + "diff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-12345\n\\ No newline at end of file\n"
            + "diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+1\n\\ No newline at end of file",
            eventdock.Out("image", "diff", "--patch", "a:1", "b:1"));
        using var json = JsonDocument.Parse(eventdock.Lines("image", "diff", "--format", "json", "a:1", "b:1")[0]);
        Assert.Equal(14, json.RootElement.GetProperty("Before").GetInt64());
        Assert.Equal("eventdock: --patch and --stat cannot be given together", eventdock.Refused(1, "image", "diff", "--stat", "-p", "a:1", "b:1"));
        Assert.Equal("eventdock: no such image: nosuch", eventdock.Refused(1, "image", "diff", "a:1", "nosuch"));
    }

    [Fact]
    public void No_name_from_an_image_moves_the_cursor_whatever_shows_it()
    {
        Import("a", ("plain", "1"));
        Import("b", ("evil\u001b[2J\u202ename\n", "\u001b[31m"), ("plain", "1"));
        var layer = eventdock.Lines("layer", "ls", "-q")[0];
        foreach (var said in new[]
        {
            eventdock.Run("image", "diff", "a", "b"), eventdock.Run("image", "diff", "--name-only", "a", "b"),
            eventdock.Run("image", "diff", "--format", "table {{.Path}}", "a", "b"), eventdock.Run("layer", "show", layer),
        })
        {
            Assert.Contains("/evil\\x1b[2J\\u202ename\\n", said.Good().Out, StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', said.Out);
        }
    }

    [Fact]
    public void What_was_is_shown_as_it_was()
    {
        var first = Import("a", ("one", "1"));
        var then = eventdock.Lines("log", "-n", "1")[0].Split(' ')[0][1..];
        Import("a", ("two", "22"));
        eventdock.Run("rmi", first).Done();
        Assert.Equal(first, eventdock.Out("image", "inspect", "--as-of", then, "-f", "{{.Id}}", "a"));
        Assert.Equal("[a:latest]", eventdock.Out("image", "inspect", "--as-of", then, "-f", "{{.RepoTags}}", first));
        Assert.Equal(first, eventdock.Out("images", "--as-of", then, "-q", "--no-trunc"));
        Assert.Contains("a:latest", eventdock.Out("image", "ls", "--tree", "--as-of", then), StringComparison.Ordinal);
        Assert.Equal("1 imported", eventdock.Out("layer", "ls", "--as-of", then, "--format", "{{.Bytes}} {{.Origin}}"));
        Assert.Equal("Images 1B", eventdock.Lines("system", "df", "--as-of", then, "--format", "{{.Type}} {{.Size}}")[0]);
        Assert.Equal("Images 2B", eventdock.Lines("system", "df", "--format", "{{.Type}} {{.Size}}")[0]);
    }

    [Fact]
    public void Image_inspect_sees_no_container_and_a_filter_that_is_none_is_a_mistake_in_flags()
    {
        Import("a", ("one", "1"));
        eventdock.Run("create", "--name", "only", "--network", "none", "a", "true").Good();
        Assert.Equal((1, "[]\n", "eventdock: no such image: only\n"), eventdock.Run("image", "inspect", "only") is var said ? (said.Code, said.Out, said.Error) : default);
        Assert.Equal(
            "eventdock: invalid argument \"foo\" for \"-f, --filter\" flag: bad format of filter (expected name=value)",
            eventdock.Refused(125, "images", "-f", "foo"));
        Assert.Equal("eventdock: invalid filter \"x=y\": is none that images knows", eventdock.Refused(1, "images", "-f", "x=y"));
    }
}
