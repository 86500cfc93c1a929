namespace EventDock.Tests.Cli;

using System.IO;
using System.Net;
using System.Text;

/// <summary>Layers that lie, however they come: as a root file system, in an archive of images, from a registry.</summary>
public sealed class HostileLayerTests(HostileInstallation eventdock) : IClassFixture<HostileInstallation>
{
    private static readonly byte[] Cut = Busybox.Gzip(new Crafted().File("f", string.Concat(Enumerable.Range(0, 9000).Select(n => $"{n}"))).Done());

    /// <summary>Each with a word of what is said of it.</summary>
    private static readonly Dictionary<string, (Func<string, byte[]> Layer, string Says)> Hostile = new()
    {
        ["a name that climbs out"] = (_ => new Crafted().File("../x").Done(), "leave its root"),
        ["a name that climbs out after going in"] = (_ => new Crafted().File("a/../../x").Done(), "leave its root"),
        ["a write through its own absolute link"] = (at => new Crafted().Symlink("l", at).File("l/x").Done(), "leads to no directory"),
        ["a write through its own climbing link"] = (at => new Crafted().Symlink("l", Up + at[1..]).File("l/x").Done(), "leads to no directory"),
        ["a directory through a link"] = (at => new Crafted().Symlink("l", at).Directory("l/x").Done(), "leads to no directory"),
        ["a hard link that climbs out"] = (at => new Crafted().Link("h", Up + at[1..] + "/secret").Done(), "leave its root"),
        ["a hard link to an absolute name"] = (at => new Crafted().Link("h", at + "/secret").Done(), "not there"),
        ["a hard link through a link"] = (at => new Crafted().Symlink("l", at).Link("h", "l/secret").Done(), "not there"),
        ["a hard link to a directory"] = (_ => new Crafted().Directory("d").Link("h", "d").Done(), "a directory"),
        ["a whiteout of nothing"] = (_ => new Crafted().File(".wh.").Done(), "whiteout of nothing"),
        ["a whiteout of the directory itself"] = (_ => new Crafted().File(".wh..").Done(), "whiteout of nothing"),
        ["a whiteout of the directory above"] = (_ => new Crafted().File("d/.wh...").Done(), "whiteout of nothing"),
        ["a whiteout with something in it"] = (_ => new Crafted().File(".wh.x/y").Done(), "whiteout of nothing"),
        ["a whiteout that is a directory"] = (_ => new Crafted().Directory(".wh.x").Done(), "whiteout of nothing"),
        ["an opaque mark that is a directory"] = (_ => new Crafted().Directory("d/.wh..wh..opq").Done(), "whiteout of nothing"),
        ["an opaque mark that is a link"] = (_ => new Crafted().Symlink("d/.wh..wh..opq", "x").Done(), "whiteout of nothing"),
        ["overlayfs's own whiteout"] = (_ => new Crafted().Device("x", 0, 0).Done(), "0:0"),
        ["a root that is a link"] = (at => new Crafted().Symlink("./", at).Done(), "root must be a directory"),
        ["a name of 300 bytes"] = (_ => new Crafted().File(new string('n', 300)).Done(), "ile name too long"),
        ["a path of 4,096 bytes"] = (_ => new Crafted().File(string.Join('/', Enumerable.Repeat(new string('n', 255), 16)) + "/").Done(), "4095 bytes"),
        ["1,500 directories in each other"] = (_ => new Crafted().File(string.Concat(Enumerable.Repeat("a/", 1500)) + "b").Done(), "deeper than"),
        ["control characters in a name"] = (_ => new Crafted().File("../\x1b[31m\n").Done(), @"\x1b[31m\n"),
        ["a tar that is cut off"] = (_ => new Crafted().File("f", new string('x', 5000)).Done()[..3000], "cut off"),
        ["something after the tar's end"] = (_ => [.. new Crafted().File("f").Done(), .. new byte[1024], .. "more"u8], "after its end"),
        ["gzip that is cut off"] = (_ => Cut[..^20], "cut off"),
        ["something after gzip's end"] = (_ => [.. Busybox.Gzip(new Crafted().File("f").Done()), .. "more"u8], "after its gzip"),
        ["80 MB of zeros after its end"] = (_ => Busybox.Gzip([.. new Crafted().File("f").Done(), .. new byte[80 << 20]]), "padding"),
        ["400 MB of attributes of one file"] = (_ => Attributes(), "extended header"),
        ["5,000 headers that say nothing"] = (_ => [.. Repeated(5000, Crafted.Block('g', "g", [])), .. new Crafted().File("f").Done()], "extended header"),
        ["text"] = (_ => Encoding.ASCII.GetBytes(new string('t', 2000)), "checksum"),
        ["nothing"] = (_ => [], "empty"),
    };

    public static TheoryData<string> All => [.. Hostile.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void A_layer_that_lies_is_refused_however_it_comes(string what)
    {
        var layer = Hostile[what].Layer(eventdock.Outside);
        var says = Hostile[what].Says;
        Assert.Contains(says, eventdock.Refuses(1, null, "import", eventdock.Write("layer.tar", layer), "evil:1"), StringComparison.Ordinal);
        Assert.Contains(says, eventdock.Refuses(1, null, "load", "-i", eventdock.Write("image.tar", Crafted.Image("evil:1", null, layer))), StringComparison.Ordinal);
        using var registry = Serving(layer);
        Assert.Contains(says, eventdock.Refuses(1, null, "pull", "-q", registry.Reference), StringComparison.Ordinal);
    }

    /// <summary>The link is in one layer and the write in the next: each is unpacked by itself, and overlayfs puts them together.</summary>
    [Fact]
    public void A_write_through_a_link_of_the_layer_below_stays_in_the_image()
    {
        var below = new Crafted().Symlink("away", eventdock.Outside).Done();
        var above = new Crafted().Directory("away").File("away/evil").Done();
        eventdock.Write("two.tar", Crafted.Image("two:1", new { Cmd = new[] { "true" } }, Busybox.Archive, below, above));
        eventdock.Run("load", "-i", "two.tar").Good();
        Assert.Equal("evil", eventdock.Out("run", "--rm", "--network", "none", "two:1", "ls", "/away"));
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(eventdock.Outside).Select(p => Path.GetFileName(p)));
        eventdock.Run("rmi", "two:1").Good();
    }

    [Fact]
    public void A_hundred_thousand_files_in_one_directory_are_only_many()
    {
        var many = Busybox.Gzip(Enumerable.Range(0, 100_000).Aggregate(new Crafted(), (all, n) => all.File($"d/{n:d6}", "")).Done());
        var id = eventdock.Run(many, "import", "-", "many:1").Good().Out.TrimEnd();
        eventdock.Run("rmi", id).Good();
    }

    /// <summary>A layer's archive may be packed, and packed otherwise when it comes again: what is not needed does not stay.</summary>
    [Fact]
    public void The_same_files_packed_otherwise_leave_no_second_archive()
    {
        eventdock.Run("import", eventdock.Write("plain.tar", Busybox.Tar(("f", "x"))), "plain:1").Good();
        var blobs = eventdock.Entries("blobs/sha256").Length;
        eventdock.Run(Busybox.Gzip(Busybox.Tar(("f", "x"))), "import", "-", "packed:1").Good();
        Assert.Equal(blobs + 1, eventdock.Entries("blobs/sha256").Length);
        eventdock.Run("rmi", "plain:1", "packed:1").Good();
        eventdock.Run("check").Good();
    }

    private static string Up => string.Concat(Enumerable.Repeat("../", 30));

    private static byte[] Attributes()
    {
        var value = $"SCHILY.xattr.user.n={new string('v', 900_000)}\n";
        var record = Encoding.ASCII.GetBytes($"{value.Length + 7} {value}");
        return Busybox.Gzip([.. Repeated(440, Crafted.Block('x', "x", record)), .. new Crafted().File("f").Done()]);
    }

    private static byte[] Repeated(int times, byte[] block)
    {
        var all = new byte[times * block.Length];
        for (var n = 0; n < times; n++)
        {
            block.CopyTo(all, n * block.Length);
        }

        return all;
    }

    /// <summary>A registry with one image of that layer.</summary>
    private static HostileRegistry Serving(byte[] layer)
    {
        var config = Encoding.UTF8.GetBytes(Crafted.Config(null, layer));
        var manifest = Encoding.UTF8.GetBytes(
            $"{{\"schemaVersion\":2,\"mediaType\":\"{Manifest}\",\"config\":{Descriptor("application/vnd.oci.image.config.v1+json", config)},\"layers\":[{Descriptor("application/vnd.oci.image.layer.v1.tar", layer)}]}}");
        var blobs = new[] { config, layer }.ToDictionary(b => Crafted.Sha(b));
        return new HostileRegistry(context => Answer(context, manifest, blobs));
    }

    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    private static string Descriptor(string type, byte[] blob) => $"{{\"mediaType\":\"{type}\",\"digest\":\"{Crafted.Sha(blob)}\",\"size\":{blob.Length}}}";

    private static void Answer(HttpListenerContext context, byte[] manifest, Dictionary<string, byte[]> blobs)
    {
        var path = context.Request.Url!.AbsolutePath;
        var body = path.Contains("/manifests/", StringComparison.Ordinal) ? manifest : blobs.GetValueOrDefault(path.Split('/')[^1], [.. "{}"u8]);
        context.Response.ContentType = body == manifest ? Manifest : "application/octet-stream";
        context.Response.ContentLength64 = body.Length;
        context.Response.Close(context.Request.HttpMethod == "HEAD" ? [] : body, willBlock: true);
    }
}
