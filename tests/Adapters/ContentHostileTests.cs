namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>Archives that lie. Each is refused by its own error and leaves nothing behind.</summary>
public sealed class ContentHostileTests : IDisposable
{
    private readonly ContentRoot root = new();

    public void Dispose() => root.Dispose();

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/../x")]
    public async Task A_name_that_climbs_out_is_refused(string name) =>
        Assert.IsType<DomainError.LeavesRoot>(await root.Refused(new Archive().File(name).Plain()));

    [Fact]
    public async Task A_hard_link_that_climbs_out_is_refused() =>
        Assert.IsType<DomainError.LeavesRoot>(await root.Refused(new Archive().Link("x", "../../etc/passwd").Plain()));

    [Fact]
    public async Task An_absolute_name_stays_inside()
    {
        var layer = await root.Imported(new Archive().File("/eventdock-test-absolute", "x").Plain());
        Assert.True(File.Exists(Path.Combine(root.Paths.Diff(layer.Id), "eventdock-test-absolute")));
        Assert.False(File.Exists("/eventdock-test-absolute"));
    }

    [Fact]
    public async Task A_link_that_leads_out_leads_to_the_layers_own_root()
    {
        var outside = Directory.CreateDirectory(Path.Combine(root.Top, "outside")).FullName;
        var error = await root.Refused(new Archive().Symlink("l", outside).File("l/x", "x").Plain());
        Assert.IsType<DomainError.BadContent>(error);
        var climbing = string.Concat(Enumerable.Repeat("../", 30)) + outside[1..];
        Assert.IsType<DomainError.BadContent>(await root.Refused(new Archive().Symlink("l", climbing).File("l/x", "x").Plain()));
        Assert.Empty(Directory.GetFileSystemEntries(outside));
    }

    [Fact]
    public async Task A_hard_link_through_a_link_that_leads_out_finds_nothing() =>
        Assert.IsType<DomainError.BadContent>(await root.Refused(new Archive().Symlink("l", "/etc").Link("x", "l/passwd").Plain()));

    [Fact]
    public async Task A_gzip_stream_that_is_cut_off_is_refused()
    {
        var gzip = new Archive().File("f", new string('x', 5000)).Gzip();
        foreach (var cut in new[] { 1, 4, 8, 9, gzip.Length / 2, gzip.Length - 5 })
        {
            Assert.IsType<DomainError.BadContent>(await root.Refused(gzip[..^cut]));
        }
    }

    [Fact]
    public async Task Anything_after_the_gzip_streams_end_is_refused()
    {
        var gzip = new Archive().File("f").Gzip();
        Assert.IsType<DomainError.BadContent>(await root.Refused([.. gzip, 1]));
        Assert.IsType<DomainError.BadContent>(await root.Refused([.. gzip, 0]));
        Assert.IsType<DomainError.BadContent>(await root.Refused([.. gzip, 0x1f, 0x8b]));
    }

    [Fact]
    public async Task Several_gzip_members_are_one_stream()
    {
        var plain = new Archive().File("f", "x").Plain();
        var layer = await root.Imported([.. Archive.Gzip(plain[..700]), .. Archive.Gzip(plain[700..])]);
        Assert.Equal(Digest.Of(plain), layer.DiffId);
    }

    [Fact]
    public async Task A_wrong_digest_size_or_diffID_is_named()
    {
        var gzip = new Archive().File("f", "x").Gzip();
        var right = new Descriptor(MediaType.OciLayerGzip, Digest.Of(gzip), gzip.Length);
        var other = Digest.Of("other"u8);
        foreach (var (blob, diffId, named) in new[]
        {
            (right with { Digest = other }, (Digest?)null, other.Value), (right with { Size = 1 }, null, "size"),
            (right with { Size = gzip.Length + 1 }, null, "size"), (right, other, "diffID"),
        })
        {
            var error = Assert.IsType<DomainError.Corrupt>(ContentRoot.Left(await root.Import(gzip, null, blob, diffId)));
            Assert.Contains(named, error.What + error.Expected);
            root.AssertNothingLeft();
        }

        Assert.Empty(Directory.GetFileSystemEntries(root.Paths.Layers));
        Assert.Empty(Directory.GetFileSystemEntries(root.Paths.Blobs));
    }

    [Fact]
    public async Task Bytes_that_were_damaged_on_the_way_are_a_wrong_digest_though_they_cannot_be_inflated()
    {
        var gzip = new Archive().File("f", "x").Gzip();
        var promised = new Descriptor(MediaType.OciLayerGzip, Digest.Of(gzip), gzip.Length);
        gzip[20] ^= 0xff;
        Assert.IsType<DomainError.Corrupt>(ContentRoot.Left(await root.Import(gzip, null, promised)));
    }

    [Theory]
    [InlineData(".wh.")]
    [InlineData(".wh..")]
    [InlineData("d/.wh...")]
    [InlineData(".wh.x/y")]
    public async Task A_whiteout_of_nothing_is_refused(string name) =>
        Assert.IsType<DomainError.BadContent>(await root.Refused(new Archive().File(name).Plain()));

    [Fact]
    public async Task An_opaque_mark_that_is_a_directory_is_refused() =>
        Assert.IsType<DomainError.BadContent>(await root.Refused(new Archive().Directory("d/.wh..wh..opq/").Plain()));

    [Fact]
    public async Task Bookkeeping_of_aufs_is_left_out()
    {
        var layer = await root.Imported(new Archive().Directory(".wh..wh.plnk/").File(".wh..wh.plnk/1.2").File("f").Plain());
        Assert.Equal(["f"], ContentLayerTests.Tree(root.Paths.Diff(layer.Id)));
    }

    [Fact]
    public async Task An_archives_own_whiteout_device_and_overlay_attributes_are_not_applied()
    {
        Assert.IsType<DomainError.BadContent>(await root.Refused(new Archive().Device("x", 0, 0).Plain()));
        var layer = await root.Imported(
            new Archive().Directory("d/", xattrs: [new Xattr(Bytes.Of("trusted.overlay.opaque"), [(byte)'y']), new Xattr(Bytes.Of("trusted.overlay.redirect"), Bytes.Of("/x"))]).Plain());
        using var diff = Fs.OpenDirectory(root.Paths.Diff(layer.Id));
        Assert.Empty(Xattrs.List(diff, "d"u8));
    }

    [Fact]
    public async Task A_bomb_meets_the_limit()
    {
        var bomb = new Archive().File("zeros", new string('\0', 3_000_000)).Gzip();
        Assert.True(bomb.Length < 100_000);
        var store = EventDock.Adapters.Content.Layers.Create(root.Paths, new TarLimits(Bytes: 1_000_000));
        Assert.IsType<DomainError.BadContent>(await root.Refused(bomb, store));
    }

    [Fact]
    public async Task Bzip2_and_xz_are_not_supported_and_an_empty_stream_is_no_archive()
    {
        Assert.IsType<DomainError.NotSupported>(await root.Refused([.. "BZh9"u8, 0, 0, 0]));
        Assert.IsType<DomainError.NotSupported>(await root.Refused([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0]));
        Assert.IsType<DomainError.BadContent>(await root.Refused([]));
        Assert.IsType<DomainError.BadContent>(await root.Refused(Bytes.Of(new string('x', 2000))));
    }

    [Fact]
    public async Task A_sweep_takes_what_the_dead_left_and_nothing_that_is_alive_or_finished()
    {
        var layer = await root.Imported(new Archive().File("f").Plain());
        Directory.CreateDirectory(Path.Combine(root.Paths.Staging, "layer-dead", "layer", "diff", "a"));
        var alive = Directory.CreateDirectory(Path.Combine(root.Paths.Staging, "layer-alive")).FullName;
        using var held = Fs.OpenDirectory(alive);
        Assert.True(FileLock.TryTake(held, exclusive: true));
        ContentRoot.Right(await Staging.Sweep(root.Paths, ContentRoot.Unmount, default).ToEither());
        Assert.Equal([alive], Directory.GetFileSystemEntries(root.Paths.Staging));
        Assert.True(root.Layers.Has(layer.Id));
    }

    [Fact]
    public async Task A_sweep_unmounts_a_dead_commands_workspace_first()
    {
        var dead = Directory.CreateDirectory(Path.Combine(root.Paths.Staging, "ws-dead")).FullName;
        foreach (var name in new[] { "upper", "work", "merged" })
        {
            Directory.CreateDirectory(Path.Combine(dead, name));
        }

        ContentRoot.Right(await root.MountWorkspace(
            new OverlayMount(Seq<string>(), dead + "/upper", dead + "/work", dead + "/merged", MountPoints: false), default).ToEither());
        ContentRoot.Right(await Staging.Sweep(root.Paths, ContentRoot.Unmount, default).ToEither());
        root.AssertNothingLeft();
    }

    [Fact]
    public void A_removal_crosses_no_mount_and_follows_no_link_and_knows_no_depth()
    {
        var outside = Directory.CreateDirectory(Path.Combine(root.Top, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "kept"), "x");
        var tree = Directory.CreateDirectory(Path.Combine(root.Paths.Trash, "tree")).FullName;
        File.CreateSymbolicLink(Path.Combine(tree, "link"), outside);
        using var trash = Fs.OpenDirectory(root.Paths.Trash);
        var handle = Fs.OpenDirectory(tree);
        for (var i = 0; i < 3000; i++)
        {
            Fs.MakeDirectory(handle, "d"u8, 0x1ed);
            var below = Fs.At(handle, "d"u8, Open.Read | Open.Directory);
            handle.Dispose();
            handle = below;
        }

        handle.Dispose();
        Fs.RemoveTree(trash, "tree"u8, trash);
        Assert.Empty(Fs.Names(trash));
        Assert.True(File.Exists(Path.Combine(outside, "kept")));

        Directory.CreateDirectory(Path.Combine(root.Paths.Trash, "tree", "mount"));
        ContentRoot.Run("/", "mount", "--bind", outside, Path.Combine(root.Paths.Trash, "tree", "mount"));
        Assert.Throws<PosixException>(() => Fs.RemoveTree(trash, "tree"u8, trash));
        Assert.True(File.Exists(Path.Combine(outside, "kept")));
    }
}
