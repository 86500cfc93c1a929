namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Kernel;

/// <summary>Layers with much in them, and the limits that a bomb meets.</summary>
public sealed class ContentSizeTests : IDisposable
{
    private readonly ContentRoot root = new();

    public void Dispose() => root.Dispose();

    [Fact]
    public async Task A_hundred_thousand_entries_in_one_directory_are_all_there()
    {
        var archive = new Archive();
        for (var n = 0; n < 100_000; n++)
        {
            archive.File($"d/{n:x5}");
        }

        var layer = await root.Imported(archive.Plain());
        using var directory = Fs.OpenDirectory(Path.Combine(root.Paths.Diff(layer.Id), "d"));
        Assert.Equal(100_000, Fs.Names(directory).Count);
    }

    [Fact]
    public async Task A_path_as_long_as_Linux_takes_is_unpacked_and_a_longer_one_refused()
    {
        var part = new string('n', 250);
        var longest = string.Join('/', Enumerable.Repeat(part, 16)) + "/" + new string('m', 4095 - (16 * 251));
        Assert.Equal(4095, longest.Length);
        var layer = await root.Imported(new Archive().File(longest, "deep").Gzip());
        using (var diff = Fs.OpenDirectory(root.Paths.Diff(layer.Id)))
        {
            Assert.Equal("deep"u8.ToArray(), Fs.ReadAll(diff, Bytes.Of(longest)));
        }

        Assert.IsType<DomainError.BadContent>(await root.Refused(new Archive().File(longest + "m", "x").Gzip()));
        Assert.IsType<DomainError.BadContent>(await root.Refused(new Archive().File(new string('n', 256), "x").Gzip()));
    }

    [Fact]
    public async Task A_file_of_root_in_a_directory_whose_group_is_inherited_stays_roots()
    {
        var layer = await root.Imported(
            new Archive().Add(TarKind.Directory, "of-staff/", 0x5ed, 50).File("of-staff/y", "y").File("of-staff/z", "z", uid: 50).Gzip());
        using var diff = Fs.OpenDirectory(root.Paths.Diff(layer.Id));
        Assert.Equal((0u, 0u), (Fs.Stat(diff, "of-staff/y"u8).Uid, Fs.Stat(diff, "of-staff/y"u8).Gid));
        Assert.Equal((50u, 50u), (Fs.Stat(diff, "of-staff/z"u8).Uid, Fs.Stat(diff, "of-staff/z"u8).Gid));
    }

    [Theory]
    [InlineData("limits.layer-bytes")]
    [InlineData("limits.layer-entries")]
    [InlineData("limits.layer-depth")]
    public async Task What_exceeds_a_limit_is_refused_by_the_limits_name(string key)
    {
        var store = EventDock.Adapters.Content.Layers.Create(root.Paths, new TarLimits(Bytes: 1000, Entries: 3, Depth: 4));
        var archive = key switch
        {
            "limits.layer-bytes" => new Archive().File("a", new string('x', 600)).File("b", new string('x', 600)),
            "limits.layer-entries" => new Archive().File("a").File("b").File("c").File("d"),
            _ => new Archive().File("1/2/3/4/5/6"),
        };
        var refused = Assert.IsType<DomainError.BadContent>(await root.Refused(archive.Gzip(), store));
        Assert.Contains(key, refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_of_images_has_limits_of_its_own()
    {
        var store = EventDock.Adapters.Content.Archives.Create(
            root.Paths, TarLimits.Archive(EventDock.Domain.Images.ContentLimits.Default) with { Entries = 2 });
        var three = new Archive().File("a").File("b").File("c").Plain();
        var refused = ContentRoot.Left(await store.Stage(new MemoryStream(three), "archive", default).ToEither());
        Assert.Contains("limits.archive-entries", Assert.IsType<DomainError.BadContent>(refused).Reason, StringComparison.Ordinal);
        root.AssertNothingLeft();
    }
}
