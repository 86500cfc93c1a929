namespace EventDock.Tests.Adapters;

using System.IO;
using System.IO.Compression;
using EventDock.Adapters.Content;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>Workspaces: COPY into a mounted root, and upper directories that become layers.</summary>
public sealed class ContentWorkspaceTests : IDisposable
{
    private readonly ContentRoot root = new();
    private readonly WorkspaceStore workspaces;
    private readonly string context;

    public ContentWorkspaceTests()
    {
        workspaces = Workspaces.Create(
            root.Paths, root.MountWorkspace, ContentRoot.Unmount);
        context = Directory.CreateDirectory(Path.Combine(root.Top, "context")).FullName;
    }

    public void Dispose() => root.Dispose();

    [Fact]
    public async Task An_upper_directory_becomes_a_layer_with_whiteouts_and_back()
    {
        var below = await root.Imported(new Archive().File("gone", "1").File("kept", "1").File("o/old", "1").Plain());
        var workspace = await Open(below.Id);
        ContentRoot.Run(workspace.Merged, "sh", "-c",
            "rm gone; rm -r o; mkdir o; echo new > o/new; ln o/new o/link; echo changed > kept; mknod z c 1 3");
        var layer = Assert.Single((await Committed(workspace, below.Id)).ToSeq());
        root.AssertNothingLeft();
        var at = root.Mount(below.Id, layer.Id);
        Assert.Equal(["kept", "o", "o/link", "o/new", "z"], ContentLayerTests.Tree(at));

        // The blob, unpacked elsewhere, is the same layer.
        var names = Names(File.ReadAllBytes(Path.Combine(root.Paths.Blobs, layer.Blob.Digest.Hex)));
        Assert.Equal([".wh.gone", "kept", "o/", "o/.wh..wh..opq", "o/link", "o/new", "z"], names);
        var blob = File.ReadAllBytes(Path.Combine(root.Paths.Blobs, layer.Blob.Digest.Hex));
        ContentRoot.Right(await root.Layers.Discard(layer.Id, default).ToEither());
        var again = await root.Imported(blob, below.Id);
        Assert.Equal(layer.Id, again.Id);
        Assert.Equal(layer.Size, again.Size);
        Assert.Equal(["kept", "o", "o/link", "o/new", "z"], ContentLayerTests.Tree(root.Mount(below.Id, again.Id)));
    }

    [Fact]
    public async Task An_untouched_upper_directory_is_no_layer()
    {
        var workspace = await Open();
        ContentRoot.Run(workspace.Merged, "sh", "-c", "touch x; rm x");
        Assert.True((await Committed(workspace, null)).IsNone);
        root.AssertNothingLeft();
    }

    [Fact]
    public async Task The_same_copy_gives_the_same_layer_whenever_it_is_made()
    {
        File.WriteAllText(Path.Combine(context, "b"), "2");
        File.WriteAllText(Path.Combine(context, "a"), "1");
        var below = await root.Imported(new Archive().Directory("etc/", 0x1ed, new FileTime(5, 6)).File("etc/passwd").Plain());
        var ids = new List<string>();
        for (var round = 0; round < 2; round++)
        {
            var workspace = await Open(below.Id);
            ContentRoot.Right(await workspaces.MakeDirectory(workspace, "/srv/dir", default).ToEither());
            await Copy(workspace, "/etc/new/", true, "b", "a");
            await Copy(workspace, "/etc/", true, "a");
            var layer = Assert.Single((await Committed(workspace, below.Id)).ToSeq());
            ids.Add(layer.Id + layer.Blob.Digest.Hex);
            using var diff = Fs.OpenDirectory(root.Paths.Diff(layer.Id));
            Assert.Equal(new FileTime(5, 6), Fs.Stat(diff, "etc"u8).Modified);
            await Task.Delay(20);
        }

        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task A_path_that_is_let_in_again_is_copied_and_its_ignored_siblings_are_not()
    {
        ContentRoot.Run(context, "sh", "-c", "mkdir -p d/no/deep d/off; echo 1 > d/no/keep; echo 2 > d/no/x; echo 3 > d/no/deep/y; echo 4 > d/off/z");
        var workspace = await Open();
        ContentRoot.Right(await workspaces.CopyIn(
            workspace, new CopyPlan(context, Seq1("d"), "/app", false, Seq("d/no", "d/off", "!d/no/keep")), default).ToEither());
        Assert.Equal(["app", "app/no", "app/no/keep"], ContentLayerTests.Tree(workspace.Merged));
        await Close(workspace);
    }

    [Fact]
    public async Task A_pattern_that_cannot_be_read_is_refused_and_not_taken_for_none()
    {
        File.WriteAllText(Path.Combine(context, "f"), "1");
        var workspace = await Open();
        Assert.True((await workspaces.CopyIn(
            workspace, new CopyPlan(context, Seq1("f"), "/f", false, Seq1("[")), default).ToEither()).IsLeft);
        Assert.Empty(ContentLayerTests.Tree(workspace.Merged));
        await Close(workspace);
    }

    [Fact]
    public async Task A_directory_gives_its_contents_a_file_its_name_and_ignored_paths_stay_out()
    {
        ContentRoot.Run(context, "sh", "-c", "mkdir -p d/sub d/no; echo 1 > d/f; echo 2 > d/sub/g; echo 3 > d/no/x; ln -s f d/l; echo 4 > single; chmod 751 single; chown 5:5 single");
        var workspace = await Open();
        ContentRoot.Right(await workspaces.CopyIn(
            workspace, new CopyPlan(context, Seq1("d"), "/app", false, Seq("d/no", "d/no/x")), default).ToEither());
        await Copy(workspace, "/app/sub", false, "single");
        await Copy(workspace, "/bin/tool", false, "single");
        await Copy(workspace, "/", true, "single");
        Assert.Equal(
            ["app", "app/f", "app/l", "app/sub", "app/sub/g", "app/sub/single", "bin", "bin/tool", "single"],
            ContentLayerTests.Tree(workspace.Merged));
        var copy = Fs.Stat(Fs.Cwd, Bytes.Of(workspace.Merged + "/bin/tool"));
        var original = Fs.Stat(Fs.Cwd, Bytes.Of(context + "/single"));
        Assert.Equal((0x1e9u, 0u, 0u, original.Modified), (copy.Mode, copy.Uid, copy.Gid, copy.Modified));
        Assert.Equal("f"u8.ToArray(), Fs.ReadLink(Fs.Cwd, Bytes.Of(workspace.Merged + "/app/l")));
        await Close(workspace);
    }

    [Fact]
    public async Task Links_of_the_image_are_followed_inside_it_and_links_of_the_context_must_stay_in_it()
    {
        var outside = Directory.CreateDirectory(Path.Combine(root.Top, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "secret"), "x");
        ContentRoot.Run(context, "sh", "-c", $"echo 1 > f; ln -s f inside; ln -s {outside}/secret absolute; ln -s ../outside/secret climbing");
        var below = await root.Imported(
            new Archive().Symlink("out", outside).Symlink("etc", "/real").Directory("real/").File("real/t", "old").Symlink("real/l", "t").Plain());
        var workspace = await Open(below.Id);
        Assert.IsType<DomainError.LeavesRoot>(ContentRoot.Left(await CopyIn(workspace, "/x", false, "absolute")));
        Assert.IsType<DomainError.LeavesRoot>(ContentRoot.Left(await CopyIn(workspace, "/x", false, "climbing")));
        Assert.IsType<DomainError.BadContent>(ContentRoot.Left(await CopyIn(workspace, "/out/x", false, "f")));
        await Copy(workspace, "/etc/l", false, "inside");
        Assert.Equal("1\n", File.ReadAllText(Path.Combine(workspace.Merged, "real/t")));
        Assert.Equal(["secret"], ContentLayerTests.Tree(outside));
        await Close(workspace);
    }

    [Fact]
    public async Task Conflicts_and_FIFOs_are_refused_by_name()
    {
        ContentRoot.Run(context, "sh", "-c", "mkdir -p d/x p; echo 1 > f; mkfifo p/fifo; mkdir e; echo 1 > e/dir");
        var below = await root.Imported(new Archive().File("x", "file").Directory("dir/").Plain());
        var workspace = await Open(below.Id);
        foreach (var (source, named) in new[] { ("d", "/x"), ("e", "/dir"), ("p", "p/fifo") })
        {
            var error = Assert.IsType<DomainError.BadContent>(ContentRoot.Left(await CopyIn(workspace, "/", true, source)));
            Assert.Contains(named, error.Reason);
        }

        await Close(workspace);
    }

    [Fact]
    public async Task A_sparse_file_of_eight_tebibytes_is_committed_without_being_read()
    {
        var workspace = await Open();
        ContentRoot.Run(workspace.Merged, "sh", "-c", "truncate -s 8T big; echo tail | dd of=big bs=1 seek=1099511627776 conv=notrunc status=none");
        var layer = Assert.Single((await Task.Run(() => Committed(workspace, null)).WaitAsync(TimeSpan.FromSeconds(60))).ToSeq());
        Assert.Equal(8L << 40, layer.Size.Value);
        var blob = File.ReadAllBytes(Path.Combine(root.Paths.Blobs, layer.Blob.Digest.Hex));
        Assert.True(blob.Length < 100_000);
        ContentRoot.Right(await root.Layers.Discard(layer.Id, default).ToEither());
        Assert.Equal(layer.DiffId, (await root.Imported(blob)).DiffId);
    }

    [Fact]
    public async Task Names_that_would_read_as_whiteouts_and_redirects_are_refused()
    {
        var workspace = await Open();
        File.WriteAllText(Path.Combine(workspace.Merged, ".wh.x"), "");
        ContentRoot.Right(await workspaces.Unmount(workspace, default).ToEither());
        Assert.IsType<DomainError.BadContent>(ContentRoot.Left(
            await root.Layers.Commit(new LayerCommit(null, workspace.Upper), default).ToEither()));
        File.Delete(Path.Combine(workspace.Upper, ".wh.x"));
        Directory.CreateDirectory(Path.Combine(workspace.Upper, "d"));
        using (var upper = Fs.OpenDirectory(workspace.Upper))
        {
            Assert.True(Xattrs.TrySet(upper, "d"u8, "trusted.overlay.redirect"u8, "/etc"u8));
        }

        Assert.IsType<DomainError.BadContent>(ContentRoot.Left(
            await root.Layers.Commit(new LayerCommit(null, workspace.Upper), default).ToEither()));
        await Close(workspace);
        root.AssertNothingLeft();
    }

    [Fact]
    public async Task A_context_that_comes_as_an_archive_is_unpacked_and_its_devices_are_refused()
    {
        var fromTar = ContextArchive.Create(root.Paths);
        var tar = new Archive().File("Dockerfile", "FROM x").File("d/.wh.f", "y").Gzip();
        var directory = ContentRoot.Right(await fromTar(new MemoryStream(tar), default).ToEither());
        Assert.Equal(["Dockerfile", "d", "d/.wh.f"], ContentLayerTests.Tree(directory));
        foreach (var bad in new[] { new Archive().Device("z", 1, 3).Gzip(), new Archive().File("../x").Plain(), tar[..^3], Bytes.Of("FROM x\n") })
        {
            ContentRoot.Left(await fromTar(new MemoryStream(bad), default).ToEither());
            Assert.Single(Directory.GetFileSystemEntries(root.Paths.Staging));
        }
    }

    private async Task<Workspace> Open(params string[] layers) =>
        ContentRoot.Right(await workspaces.Open(layers.ToSeq(), default).ToEither());

    private async Task Close(Workspace workspace) => ContentRoot.Right(await workspaces.Close(workspace, default).ToEither());

    private async Task<Option<StoredLayer>> Committed(Workspace workspace, string? parent)
    {
        ContentRoot.Right(await workspaces.Unmount(workspace, default).ToEither());
        var layer = ContentRoot.Right(await root.Layers.Commit(new LayerCommit(parent, workspace.Upper), default).ToEither());
        await Close(workspace);
        return layer;
    }

    private Task<Either<DomainError, Unit>> CopyIn(Workspace workspace, string destination, bool into, params string[] sources) =>
        workspaces.CopyIn(workspace, new CopyPlan(context, sources.ToSeq(), destination, into, Seq<string>()), default).ToEither();

    private async Task Copy(Workspace workspace, string destination, bool into, params string[] sources) =>
        ContentRoot.Right(await CopyIn(workspace, destination, into, sources));

    private static List<string> Names(byte[] gzip)
    {
        using var stream = new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress);
        var reader = new TarReader(stream, "test", new TarLimits());
        var names = new List<string>();
        while (reader.TryNext(out var entry))
        {
            names.Add(Bytes.Show(entry.Name));
        }

        return names;
    }
}
