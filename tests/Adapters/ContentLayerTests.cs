namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>Layers imported, mounted by a real overlayfs and looked at.</summary>
public sealed class ContentLayerTests : IDisposable
{
    private readonly ContentRoot root = new();

    public void Dispose() => root.Dispose();

    [Fact]
    public async Task An_imported_layer_is_there_with_blob_link_and_record()
    {
        var gzip = new Archive().Directory("d/").File("d/f", "hello").Gzip();
        var plain = new Archive().Directory("d/").File("d/f", "hello").Plain();
        var layer = await root.Imported(gzip);
        Assert.Equal(Digest.Of(gzip), layer.Blob.Digest);
        Assert.Equal(Digest.Of(plain), layer.DiffId);
        Assert.Equal(layer.DiffId.Hex, layer.Id);
        Assert.Equal(MediaType.OciLayerGzip, layer.Blob.MediaType);
        Assert.Equal(5, layer.Size.Value);
        Assert.True(root.Layers.Has(layer.Id));
        Assert.Equal(layer, ContentRoot.Right(await root.Layers.Describe(layer.Id, default).ToEither()));
        Assert.Equal("hello", File.ReadAllText(Path.Combine(root.Paths.Root, Paths.Link(layer.Id), "d/f")));
        Assert.Equal(gzip, File.ReadAllBytes(Path.Combine(root.Paths.Blobs, layer.Blob.Digest.Hex)));
        root.AssertNothingLeft();
    }

    [Fact]
    public async Task On_ext4_each_layer_is_made_apart_from_the_others()
    {
        await root.Imported(new Archive().File("f").Gzip());
        Assert.Matches(Shell("stat -fc %T .") == "ext2/ext3" ? "^[^ ]*T" : "", Shell("lsattr -d . 2>&1"));
    }

    private string Shell(string command)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = root.Paths.Staging, RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().TrimEnd();
    }

    [Fact]
    public async Task A_layer_that_is_there_is_not_read_again()
    {
        var layer = await root.Imported(new Archive().File("f").Gzip());
        var again = await root.Layers.Import(
            new LayerImport(null, new Descriptor(MediaType.OciLayerGzip, layer.Blob.Digest, layer.Blob.Size.Value), layer.DiffId,
                _ => throw new InvalidOperationException("opened"), _ => { }),
            default).ToEither();
        Assert.Equal(layer, ContentRoot.Right(again));
    }

    [Fact]
    public async Task The_same_layer_imported_many_times_at_once_is_there_once()
    {
        var gzip = new Archive().File("f", "x").Gzip();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => root.Import(gzip))));
        Assert.Single(results.Select(r => ContentRoot.Right(r)).Distinct());
        Assert.Single(Directory.GetDirectories(root.Paths.Layers));
        root.AssertNothingLeft();
    }

    [Fact]
    public async Task Whiteouts_and_opaque_directories_hide_what_is_below()
    {
        var lower = await root.Imported(
            new Archive().File("gone", "1").File("kept", "1").File("o/old", "1").File("dir/x", "1").File("r/old", "1").Plain());
        var upper = await root.Imported(
            new Archive().File(".wh.gone").File("o/new", "2").File("o/.wh..wh..opq").File(".wh.dir")
                .File(".wh.r").Directory("r/").File("r/new", "2").Gzip(),
            lower.Id);
        Assert.Equal(["kept", "o", "o/new", "r", "r/new"], Tree(root.Mount(lower.Id, upper.Id)));
    }

    [Fact]
    public async Task A_whiteout_and_a_re_add_in_one_layer_keep_the_file_in_either_order()
    {
        var lower = await root.Imported(new Archive().File("f", "old").File("d/old", "1").File("g", "old").Plain());
        var before = await root.Imported(
            new Archive().File(".wh.f").File("f", "new").File(".wh.d").Directory("d/").File("d/new").File(".wh.g").File("g/x").Plain(), lower.Id);
        var after = await root.Imported(
            new Archive().File("f", "new").File(".wh.f").Directory("d/").File("d/new").File(".wh.d").File("g/x").File(".wh.g").Plain(), lower.Id);
        foreach (var layer in new[] { before, after })
        {
            var at = root.Mount(lower.Id, layer.Id);
            Assert.Equal(["d", "d/new", "f", "g", "g/x"], Tree(at));
            Assert.Equal("new", File.ReadAllText(Path.Combine(at, "f")));
        }
    }

    [Fact]
    public async Task Entries_in_any_order_give_the_same_tree()
    {
        var lower = await root.Imported(new Archive().File("a/x", "1").File("b", "1").File("c/y", "1").File("e/z", "1").Plain());
        var steps = new Action<Archive>[]
        {
            a => a.File("a/.wh..wh..opq"), a => a.File("a/new", "2"), a => a.File(".wh.b"), a => a.File(".wh.c"),
            a => a.File("c/again", "2"), a => a.File("b/file", "2"), a => a.File("e/.wh.z"), a => a.File("e/w"),
        };
        var random = new Random(7);
        for (var round = 0; round < 12; round++)
        {
            var archive = new Archive();
            steps.OrderBy(_ => random.Next()).ToList().ForEach(step => step(archive));
            var layer = await root.Imported(archive.Plain(), lower.Id);
            Assert.Equal(
                ["a", "a/new", "b", "b/file", "c", "c/again", "e", "e/w"], Tree(root.Mount(lower.Id, layer.Id)));
        }
    }

    [Fact]
    public async Task Names_are_bytes()
    {
        var layer = await root.Imported(new Archive().File([(byte)'a', 0xff], "x").Gzip());
        using var diff = Fs.OpenDirectory(root.Paths.Diff(layer.Id));
        Assert.Equal(new byte[] { (byte)'a', 0xff }, Assert.Single(Fs.Names(diff)));
    }

    [Fact]
    public async Task Owners_modes_times_attributes_links_and_devices_are_kept()
    {
        var time = new FileTime(1_600_000_000, 123_456_789);
        byte[] capability = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var layer = await root.Imported(
            new Archive().Directory("d/", 0x3ff, time)
                .File("d/f", "x", 0x9ed, 100_000, time, new Xattr(Bytes.Of("security.capability"), capability), new Xattr(Bytes.Of("user.n"), [0, 255]))
                .Link("d/h", "d/f").Symlink("d/s", "/nowhere").Device("null", 1, 3).Fifo("p").Gzip());
        using var diff = Fs.OpenDirectory(root.Paths.Diff(layer.Id));
        var file = Fs.Stat(diff, "d/f"u8);
        Assert.Equal((0x9edu, 100_000u, 100_000u, 2u, time), (file.Mode, file.Uid, file.Gid, file.Links, file.Modified));
        Assert.Equal(file.Inode, Fs.Stat(diff, "d/h"u8).Inode);
        Assert.Equal(capability, Xattrs.Get(diff, "d/f"u8, "security.capability"u8));
        Assert.Equal(new byte[] { 0, 255 }, Xattrs.Get(diff, "d/f"u8, "user.n"u8));
        var directory = Fs.Stat(diff, "d"u8);
        Assert.Equal((0x3ffu, time), (directory.Mode, directory.Modified));
        Assert.Equal("/nowhere"u8.ToArray(), Fs.ReadLink(diff, "d/s"u8));
        var device = Fs.Stat(diff, "null"u8);
        Assert.Equal((FileKind.CharDevice, 1u, 3u), (device.Kind, device.Major, device.Minor));
        Assert.Equal(FileKind.Fifo, Fs.Stat(diff, "p"u8).Kind);
    }

    [Fact]
    public async Task A_layer_writes_through_its_own_links_inside_its_root()
    {
        var layer = await root.Imported(
            new Archive().Directory("usr/lib/").Symlink("lib", "/usr/lib").Symlink("up", "../../usr").File("lib/a", "1").File("up/b", "2").Plain());
        var at = root.Paths.Diff(layer.Id);
        Assert.Equal("1", File.ReadAllText(Path.Combine(at, "usr/lib/a")));
        Assert.Equal("2", File.ReadAllText(Path.Combine(at, "usr/b")));
    }

    [Fact]
    public async Task Discard_takes_layer_link_and_blob_but_not_a_blob_that_another_layer_has()
    {
        var first = await root.Imported(new Archive().File("f").Gzip());
        var other = await root.Imported(new Archive().File("base").Gzip());
        var second = await root.Imported(new Archive().File("f").Gzip(), other.Id);
        var blob = Path.Combine(root.Paths.Blobs, first.Blob.Digest.Hex);
        ContentRoot.Right(await root.Layers.Discard(first.Id, default).ToEither());
        Assert.False(root.Layers.Has(first.Id));
        Assert.True(File.Exists(blob));
        ContentRoot.Right(await root.Layers.Discard(second.Id, default).ToEither());
        ContentRoot.Right(await root.Layers.Discard(second.Id, default).ToEither());
        Assert.False(File.Exists(blob));
        Assert.Single(Directory.GetFileSystemEntries(root.Paths.Links));
        root.AssertNothingLeft();
    }

    [Fact]
    public async Task What_GNU_tar_writes_is_unpacked_as_GNU_tar_unpacks_it()
    {
        var source = Directory.CreateDirectory(Path.Combine(root.Top, "source")).FullName;
        ContentRoot.Run(source, "sh", "-c",
            """
            mkdir -p d/e "$(printf 'n%.0s' $(seq 1 120))/$(printf 'm%.0s' $(seq 1 200))"
            echo hi > d/e/f; ln d/e/f d/h; ln -s ../d/e d/s; mkfifo p; mknod z c 1 5; touch "$(printf 'x\377y')"
            truncate -s 5M sparse; echo mid | dd of=sparse bs=1 seek=3000000 conv=notrunc status=none
            dd if=/dev/urandom of=blob bs=1k count=300 status=none
            chmod 4755 d/e/f; chown 70000:3000000000 blob; touch -d '1969-12-31 23:59:58.25 UTC' d
            """);
        foreach (var format in new[] { "gnu", "posix" })
        {
            foreach (var sparse in format == "posix" ? new[] { "0.0", "0.1", "1.0" } : ["1.0"])
            {
                var tar = Path.Combine(root.Top, "a.tar");
                ContentRoot.Run(source, "tar", "--format=" + format, "-S", "--sparse-version=" + sparse, "--numeric-owner", "-cf", tar, ".");
                var layer = await root.Imported(File.ReadAllBytes(tar));
                var theirs = Directory.CreateDirectory(Path.Combine(root.Top, $"theirs-{format}-{sparse}")).FullName;
                ContentRoot.Run(theirs, "tar", "--numeric-owner", "-xpf", tar);
                var ours = root.Paths.Diff(layer.Id);
                Assert.Equal(Listing(theirs), Listing(ours));
                ContentRoot.Run("/", "diff", "-r", "--no-dereference", "--exclude=p", "--exclude=z", theirs, ours);
                Assert.True(Blocks(ours, "sparse") < 200);
                ContentRoot.Right(await root.Layers.Discard(layer.Id, default).ToEither());
            }
        }
    }

    private static long Blocks(string directory, string name)
    {
        using var opened = Fs.OpenDirectory(directory);
        return Fs.Stat(opened, Bytes.Of(name)).Blocks;
    }

    private static string Listing(string directory) =>
        ContentRoot.Run(directory, "sh", "-c", "find . -mindepth 1 -printf '%P %y %m %U %G %n %T@ %l ' -type f -printf '%s' -o -printf '' | sort");

    internal static List<string> Tree(string directory) =>
        Directory.GetFileSystemEntries(directory, "*", SearchOption.AllDirectories)
            .Select(e => Path.GetRelativePath(directory, e)).Order(StringComparer.Ordinal).ToList();
}
