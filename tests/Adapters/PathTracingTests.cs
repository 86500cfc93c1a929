namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>One path through layers, against what a real overlayfs shows; and what was kept of thin layers, read again.</summary>
public sealed class PathTracingTests : IDisposable
{
    private const string Id = "c0ffee";
    private readonly ContentRoot root = new();

    public void Dispose() => root.Dispose();

    private LayerReader Reader => LayerReading.Create(root.Paths);

    private Task<Either<DomainError, PathTrace>> Asked(string path, bool follow, bool thin, params string[] layers) =>
        Asked(path, follow, thin, alone: false, layers);

    private async Task<Either<DomainError, PathTrace>> Asked(string path, bool follow, bool thin, bool alone, params string[] layers) =>
        await Reader.Trace(
            new PathQuery(layers.ToSeq().Strict(), thin ? Some(Id) : None, Bytes.Of(path), follow, 1000) { Alone = alone }, default).ToEither();

    private async Task<string> Told(string path, params string[] layers)
    {
        var trace = ContentRoot.Right(await Asked(path, follow: true, thin: false, layers));
        return $"{Bytes.Show(trace.Path)}:{string.Concat(trace.Versions.Map(v => $" {v.Layer}{(v.File.Type == FileType.Removal ? "-" : v.Text ?? v.File.Type.ToString())}"))}";
    }

    private async Task<string[]> Stack()
    {
        var one = await root.Imported(new Archive()
            .Directory("etc/").File("etc/conf", "1").File("etc/gone", "1").Directory("d/").File("d/x", "1").File("d/y", "1").Directory("r/").File("r/f", "1")
            .Symlink("abs", "/etc/conf").Symlink("up", "../../etc").Symlink("loop", "loop2").Symlink("loop2", "loop").Plain());
        var two = await root.Imported(
            new Archive().File("etc/conf", "2").File("etc/.wh.gone").Directory("d/").File("d/.wh..wh..opq").File("d/y", "2").File("r", "2").Plain(), one.Id);
        var three = await root.Imported(new Archive().File("etc/gone", "3").File("abs", "3").Plain(), two.Id);
        return [one.Id, two.Id, three.Id];
    }

    [Fact]
    public async Task Each_layer_that_has_a_path_or_takes_it_away_is_told_and_links_stay_inside()
    {
        var layers = await Stack();
        Assert.Equal("etc/conf: 01 12", await Told("/etc/conf", layers));
        Assert.Equal("etc/gone: 01 1- 23", await Told("etc//./gone", layers));
        Assert.Equal("d/x: 01 1-", await Told("/d/x", layers));
        Assert.Equal("d/y: 01 12", await Told("/d/../d/y", layers));
        Assert.Equal("r/f: 01 1-", await Told("/r/f", layers));
        Assert.Equal("etc/conf: 01 12", await Told("/abs", layers[..2]));
        Assert.Equal("abs: 0/etc/conf 23", await Told("/abs", layers));
        Assert.Equal("etc/conf: 01 12", await Told("/../up/../up/conf", layers));
        Assert.Equal("nosuch/x:", await Told("/nosuch/x", layers));

        // Below a file, or in a directory that hides what is below it, nothing is lost that never was.
        Assert.Equal("etc/conf/x:", await Told("/etc/conf/x", layers));
        Assert.Equal("d/nosuch:", await Told("/d/nosuch", layers));
        Assert.Equal("etc/gone:", await Told("/etc/gone", layers[1]));
        Assert.Equal("d/x:", await Told("/d/x", layers[1]));

        // Of what was below a layer by itself nobody knows.
        Assert.Single(ContentRoot.Right(await Asked("/etc/gone", follow: false, thin: false, alone: true, layers[1])).Versions);
        Assert.Empty(ContentRoot.Right(await Asked("/d/x", follow: false, thin: false, alone: true, layers[1])).Versions);
        Assert.Equal(": 0Directory 1Directory 2Directory", await Told("/", layers));
        Assert.Contains("Too many levels", Show(ContentRoot.Left(await Asked("/loop", follow: true, thin: false, layers))), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("loop: 0loop2", Bytes.Show(ContentRoot.Right(await Asked("/loop", follow: false, thin: false, layers)).Path) + ": 0loop2");
        var links = ContentRoot.Right(await Asked("/up/conf", follow: true, thin: false, layers)).Links;
        Assert.Equal("up ../../etc 0", Assert.Single(links.Map(l => $"{Bytes.Show(l.Path)} {Bytes.Show(l.Target)} {l.Layer}")));
    }

    [Fact]
    public async Task What_is_seen_is_what_overlayfs_shows()
    {
        var layers = await Stack();
        var seen = root.Mount(layers);
        foreach (var path in (string[])["etc/conf", "etc/gone", "d", "d/x", "d/y", "r", "r/f", "abs", "up", "nosuch"])
        {
            var trace = ContentRoot.Right(await Asked(path, follow: false, thin: false, layers));
            var there = Fs.TryStat(Fs.Cwd, Bytes.Of(Path.Combine(seen, path)), out var stat);
            Assert.Equal((path, there), (path, trace.Seen.IsSome));
            trace.Seen.IfSome(version => Assert.Equal((path, stat.Kind == FileKind.Regular ? stat.Size : 0), (path, version.File.Size)));
        }
    }

    [Fact]
    public async Task A_thin_layer_comes_last_and_nothing_but_regular_files_is_opened_in_it()
    {
        var layer = await root.Imported(new Archive().File("f", "1").Plain());
        ContentRoot.Right(await ThinLayers.Create(root.Paths).Create(Id, Seq1(layer.Id), default).ToEither());
        ContentRoot.Run(root.Paths.Upper(Id), "sh", "-c", "printf 2 > f; mkfifo pipe; ln -s / out; printf 'a\\0b' > binary; head -c 2000 /dev/zero > long");
        var file = ContentRoot.Right(await Asked("/f", follow: true, thin: true, layer.Id)).Versions;
        Assert.Equal(["0 1", "1 2"], file.Map(v => $"{v.Layer} {v.Text}").ToArray());
        Assert.Equal(Digest.Of("2"u8), file.Last.Digest);
        Assert.Equal(FileType.Fifo, ContentRoot.Right(await Asked("/pipe", follow: true, thin: true, layer.Id)).Versions.Last.File.Type);
        Assert.Equal("binary", ContentRoot.Right(await Asked("/out/binary", follow: true, thin: true, layer.Id)).Versions.Last.Unread);
        Assert.Equal("longer than 1000 bytes", ContentRoot.Right(await Asked("/long", follow: true, thin: true, layer.Id)).Versions.Last.Unread);
        Assert.Empty(ContentRoot.Right(await Asked("/out/proc/self/status", follow: true, thin: true, layer.Id)).Versions);
        Assert.IsType<DomainError.FileFailed>(ContentRoot.Left(await Asked("/f", follow: true, thin: false, new string('0', 64))));
    }

    [Fact]
    public async Task Lists_of_changes_and_kept_files_are_read_again_as_they_were_written()
    {
        var thin = ThinLayers.Create(root.Paths);
        ContentRoot.Right(await thin.Create(Id, Seq<string>(), default).ToEither());
        ContentRoot.Run(
            root.Paths.Upper(Id), "sh", "-c", "mkdir d; printf one > d/f; chmod 711 d/f; ln d/f d/g; ln -s f d/l; printf 'x' > \"$(printf 'odd\\377')\"; head -c 2000 /dev/zero > long; mkfifo p");
        var delta = ContentRoot.Right(await thin.Scan(Id, default).ToEither());
        Assert.Equal(["/d/f", "/d/g"], delta.Changes.Filter(change => change.Executable).Map(change => change.Path).ToArray());
        Assert.Equal(delta.Changes, ContentRoot.Right(await Reader.Changes(delta.ChangeList!, default).ToEither()));

        var kept = ContentRoot.Right(await ThinContents.Create(root.Paths, () => 1L << 30).Keep(Id, default).ToEither());
        var files = ContentRoot.Right(await Reader.Kept(
            kept.Blob!, Seq("d/f", "d/g", "d/l", "long", "p", "nosuch").Map(Bytes.Of).Strict(), 1000, default).ToEither());
        Assert.Equal(
            ["d/f one", "d/g one", "d/l f", "long longer than 1000 bytes"],
            files.Map(file => $"{Bytes.Show(file.File.Path)} {file.Text ?? file.Unread}").Order(StringComparer.Ordinal));
        File.AppendAllText(Path.Combine(root.Paths.Blobs, kept.Blob!.Digest.Hex), "x");
        Assert.IsType<DomainError.Corrupt>(ContentRoot.Left(await Reader.Kept(kept.Blob!, Seq1(Bytes.Of("d/f")), 1000, default).ToEither()));
    }

    private static string Show(DomainError error) => error.ToString();
}
