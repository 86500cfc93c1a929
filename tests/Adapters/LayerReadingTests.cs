namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>Layers looked at and compared: against what a real overlayfs shows of them.</summary>
public sealed class LayerReadingTests : IDisposable
{
    private readonly ContentRoot root = new();

    public void Dispose() => root.Dispose();

    private LayerReader Reader => LayerReading.Create(root.Paths);

    private async Task<List<FileChange>> Compared(IEnumerable<string> before, IEnumerable<string> after, int text = 0)
    {
        var found = new List<FileChange>();
        ContentRoot.Right(await Reader.Compare(
            new LayerComparison(before.ToSeq().Strict(), after.ToSeq().Strict(), text),
            change =>
            {
                found.Add(change);
                return unit;
            },
            default).ToEither());
        return found;
    }

    private async Task<List<LayerFile>> Files(string id)
    {
        var found = new List<LayerFile>();
        ContentRoot.Right(await Reader.Files(
            id,
            file =>
            {
                found.Add(file);
                return unit;
            },
            default).ToEither());
        return found;
    }

    private static string Line(FileChange c) => $"{c.Kind} {Bytes.Show(c.Path)} {c.Before?.Size.ToString() ?? "-"} {c.After?.Size.ToString() ?? "-"}";

    private static string Mirrored(FileChange c) =>
        $"{(c.Kind == "A" ? "D" : c.Kind == "D" ? "A" : "C")} {Bytes.Show(c.Path)} {c.After?.Size.ToString() ?? "-"} {c.Before?.Size.ToString() ?? "-"}";

    [Fact]
    public async Task Random_stacks_differ_in_what_overlayfs_shows_otherwise_and_the_way_back_mirrors_it()
    {
        var random = new Random(4711);
        for (var round = 0; round < 25; round++)
        {
            var shared = await Stack(random, [], random.Next(0, 3));
            var before = await Stack(random, shared, random.Next(0, 3));
            var after = await Stack(random, shared, random.Next(1, 4));
            var there = (await Compared(before, after)).Select(Line).ToArray();
            Assert.Equal(Direct(Seen(before), Seen(after)), there.Order(StringComparer.Ordinal));
            Assert.Equal(there, (await Compared(after, before)).Select(Mirrored));
        }
    }

    [Fact]
    public async Task A_stack_does_not_differ_from_itself_nor_from_the_same_files_made_at_another_time()
    {
        var one = await root.Imported(new Archive().Directory("d/").File("d/f", "same", time: new FileTime(100, 0)).Symlink("l", "d/f").Plain());
        var two = await root.Imported(new Archive().Directory("d/").File("d/f", "same", time: new FileTime(200, 0)).Symlink("l", "d/f").Plain());
        Assert.NotEqual(one.Id, two.Id);
        Assert.Empty(await Compared([one.Id], [one.Id]));
        Assert.Empty(await Compared([one.Id], [two.Id]));
    }

    [Fact]
    public async Task Mode_owner_attributes_and_targets_are_changes_too()
    {
        var one = await root.Imported(new Archive()
            .File("mode", "x").File("owner", "x").File("attribute", "x").Symlink("link", "a").Directory("dir/").Device("dev", 1, 3).Plain());
        var two = await root.Imported(new Archive()
            .File("mode", "x", mode: 0x9ed).File("owner", "x", uid: 70000).File("attribute", "x", xattrs: new Xattr("user.a"u8.ToArray(), "1"u8.ToArray()))
            .Symlink("link", "b").Directory("dir/", 0x1c0).Device("dev", 1, 5).Plain());
        Assert.Equal(
            ["C attribute 1 1", "C dev 0 0", "C dir 0 0", "C link 0 0", "C mode 1 1", "C owner 1 1"],
            (await Compared([one.Id], [two.Id])).Select(Line));
    }

    [Fact]
    public async Task A_directory_that_became_a_file_is_one_change_and_all_below_it_is_gone()
    {
        var one = await root.Imported(new Archive().Directory("d/").File("d/f", "12").Plain());
        var two = await root.Imported(new Archive().File("d", "123").Plain(), one.Id);
        Assert.Equal(["C d 0 3", "D d/f 2 -"], (await Compared([one.Id], [one.Id, two.Id])).Select(Line));
    }

    [Fact]
    public async Task Names_that_are_no_text_or_would_move_the_cursor_are_kept_byte_by_byte()
    {
        byte[] odd = [(byte)'a', 0xff, (byte)'\n', 0x1b];
        var one = await root.Imported(new Archive().File("x").Plain());
        var two = await root.Imported(new Archive().File(odd, "1").Plain(), one.Id);
        var change = Assert.Single(await Compared([one.Id], [one.Id, two.Id]));
        Assert.Equal(odd, change.Path);
        Assert.Equal(odd, Assert.Single(await Files(two.Id)).Path);
        Assert.Equal("/a\\xff\\n\\x1b", EventDockShow(change.Path));
    }

    [Fact]
    public async Task A_layer_s_files_are_told_with_what_it_removes()
    {
        var low = await root.Imported(new Archive().File("gone", "1").Directory("o/").File("o/old").Plain());
        var top = await root.Imported(new Archive()
            .File(".wh.gone").Directory("o/").File("o/.wh..wh..opq").File("o/new", "123", mode: 0x9ed, uid: 7).Symlink("s", "/etc/\u001b[2J")
            .Fifo("p").Device("dev", 5, 1).Plain(), low.Id);
        var files = (await Files(top.Id)).ToDictionary(f => Bytes.Show(f.Path));
        Assert.Equal(["dev", "gone", "o", "o/new", "p", "s"], files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(FileType.Removal, files["gone"].Type);
        Assert.True(files["o"].Opaque);
        Assert.Equal((FileType.File, 0x9edu, 7u, 3L), (files["o/new"].Type, files["o/new"].Mode, files["o/new"].Uid, files["o/new"].Size));
        Assert.Equal("/etc/\u001b[2J", Bytes.Show(files["s"].Target));
        Assert.Equal(FileType.Fifo, files["p"].Type);
        Assert.Equal((FileType.CharDevice, (5u, 1u)), (files["dev"].Type, files["dev"].Device));
    }

    [Fact]
    public async Task Text_is_read_where_it_is_asked_for_and_short_and_really_text()
    {
        var one = await root.Imported(new Archive()
            .File("t", "a\n").File("mode", "a").File("b", "\0").File("long", new string('a', 100)).Fifo("p").Symlink("s", "x").Plain());
        var two = await root.Imported(new Archive()
            .File("t", "b\n").File("mode", "a", mode: 0x1ed).File("b", "text").File("long", new string('b', 100)).Fifo("q").Symlink("s", "y").Plain());
        var text = (await Compared([one.Id], [two.Id], text: 50)).ToDictionary(c => Bytes.Show(c.Path), c => c.Text);
        Assert.Equal(new TextChange("a\n", "b\n", null), text["t"]);
        Assert.Equal(new TextChange("x", "y", null), text["s"]);
        Assert.Null(text["mode"]);
        Assert.Null(text["p"]);
        Assert.Equal("binary", text["b"]?.Unread);
        Assert.Equal("longer than 50 bytes", text["long"]?.Unread);
        Assert.All(await Compared([one.Id], [two.Id]), c => Assert.Null(c.Text));
    }

    [Fact]
    public async Task A_layer_that_is_not_there_is_an_error_and_no_list_of_removals()
    {
        var one = await root.Imported(new Archive().File("x").Plain());
        Directory.Delete(root.Paths.Diff(one.Id), recursive: true);
        var refused = await Reader.Compare(new LayerComparison(Seq<string>(), Seq1(one.Id), 0), _ => unit, default).ToEither();
        Assert.IsType<DomainError.FileFailed>(ContentRoot.Left(refused));
        Assert.IsType<DomainError.FileFailed>(ContentRoot.Left(await Reader.Files(one.Id, _ => unit, default).ToEither()));
        Assert.IsType<DomainError.Invalid>(ContentRoot.Left(await Reader.Files("../../etc", _ => unit, default).ToEither()));
    }

    private static string EventDockShow(byte[] path) => EventDock.Cli.Output.PathText.Show(path);

    /// <summary>Layers of random files, links, directories, removals and opaque directories, few names, upon others.</summary>
    private async Task<string[]> Stack(Random random, string[] below, int count)
    {
        var stack = below.ToList();
        for (var n = 0; n < count; n++)
        {
            var archive = new Archive();
            var taken = new System.Collections.Generic.HashSet<string>();
            foreach (var directory in new[] { "", "a/", "b/", "a/c/" })
            {
                if (directory.Length > 0 && (random.Next(3) == 0 || !taken.Add(directory.TrimEnd('/')) || (directory == "a/c/" && !taken.Contains("a/"))))
                {
                    continue;
                }

                if (directory.Length > 0)
                {
                    taken.Add(directory);
                    archive.Directory(directory, random.Next(4) == 0 ? 0x1c0u : 0x1edu);
                    if (random.Next(4) == 0)
                    {
                        archive.File(directory + ".wh..wh..opq");
                    }
                }

                foreach (var name in new[] { "a", "b", "c", "x" })
                {
                    Entry(random, archive, directory, name, taken);
                }
            }

            stack.Add((await root.Imported(archive.Plain(), stack.LastOrDefault())).Id);
        }

        return stack.ToArray();
    }

    private static void Entry(Random random, Archive archive, string directory, string name, System.Collections.Generic.HashSet<string> taken)
    {
        var kind = random.Next(8);

        // What is to be a directory of the layer is no file of it, too.
        if (kind > 3 || (directory.Length == 0 && name is "a" or "b") || (directory == "a/" && name == "c") || !taken.Add(directory + name))
        {
            return;
        }

        _ = kind switch
        {
            0 => archive.File(directory + ".wh." + name),
            1 => archive.Symlink(directory + name, random.Next(2) == 0 ? "one" : "other"),
            _ => archive.File(directory + name, new string('x', random.Next(3)), random.Next(4) == 0 ? 0x180u : 0x1a4u),
        };
    }

    /// <summary>What overlayfs shows of a stack: of each path what it is, and its size.</summary>
    private Dictionary<string, (string What, long Size)> Seen(string[] stack)
    {
        var seen = new Dictionary<string, (string, long)>(StringComparer.Ordinal);
        if (stack.Length == 0)
        {
            return seen;
        }

        var top = root.Mount(stack);

        // Where no two layers are merged overlayfs lists a whiteout's name, too, though nothing is to be found under it.
        var listed = ContentRoot.Run(top, "find", ".", "-ignore_readdir_race", "-mindepth", "1", "-printf", "%P\t%y %m %U %l\t%s\n");
        foreach (var line in listed.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split('\t');
            var isFile = parts[1][0] == 'f';
            seen[parts[0]] = (
                (parts[1][0] == 'l' ? "l" + parts[1][5..] : parts[1]) + (isFile ? File.ReadAllText(Path.Combine(top, parts[0])) : ""),
                isFile ? long.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture) : 0);
        }

        ContentRoot.Run("/", "umount", top);
        return seen;
    }

    private static IEnumerable<string> Direct(Dictionary<string, (string What, long Size)> before, Dictionary<string, (string What, long Size)> after) =>
        before.Keys.Union(after.Keys).Where(p => !before.TryGetValue(p, out var a) || !after.TryGetValue(p, out var b) || a != b)
            .Select(p =>
            {
                var (was, now) = (before.ContainsKey(p), after.ContainsKey(p));
                return $"{(!was ? "A" : !now ? "D" : "C")} {p} {(was ? before[p].Size.ToString() : "-")} {(now ? after[p].Size.ToString() : "-")}";
            }).Order(StringComparer.Ordinal);
}
