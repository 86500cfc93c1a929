namespace EventDock.Tests.Adapters;

using FsCheck;
using FsCheck.Fluent;

/// <summary>
/// Deleted files that come back (containerd#13030): layers are unpacked each for itself, so it must not matter which is done first.
/// </summary>
public sealed class ContentOrderTests
{
    private static readonly int[][] Orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

    private static readonly Gen<string> Directory = Gen.Elements("", "a/", "b/", "a/c/");
    private static readonly Gen<string> Leaf = Gen.Elements("f", "g", "c", "h");

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (5, from d in Directory from l in Leaf select new Step(d + l, Kind.File)),
        (2, from d in Directory from l in Leaf select new Step(d + l, Kind.Whiteout)),
        (1, Gen.Elements("a", "b", "a/c", "c").Select(d => new Step(d, Kind.Directory))),
        (1, Gen.Elements("a", "b", "a/c").Select(d => new Step(d, Kind.Opaque))));

    [Fact]
    public void Whichever_layer_is_unpacked_first_the_same_files_are_seen_and_none_that_a_layer_deleted() =>
        Prop.ForAll(Arb.From(Steps.ListOf().Select(Lawful).Three()), x => Same([x.Item1, x.Item2, x.Item3]))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    /// <summary>The layers unpacked in every order, all three at once last; each time what overlayfs shows is what the layers mean.</summary>
    private static bool Same(IReadOnlyList<Step>[] layers)
    {
        var expected = Meant(layers);
        var archives = layers.Select((steps, n) => Packed(steps, n)).ToArray();
        var ids = new string[3];
        foreach (var order in Orders.Append([]))
        {
            using var root = new ContentRoot();
            if (order.Length == 0)
            {
                Task.WaitAll(Enumerable.Range(0, 3).Select(n => Task.Run(() => Import(root, n))).ToArray());
            }

            foreach (var n in order)
            {
                Import(root, n).GetAwaiter().GetResult();
            }

            Assert.Equal(expected, Seen(root.Mount(ids)), StringComparer.Ordinal);
        }

        return true;

        async Task Import(ContentRoot root, int n) =>
            ids[n] = (await root.Imported(archives[n], n == 0 ? null : new string((char)('0' + n), 64))).Id;
    }

    /// <summary>A layer has a name once, no file where it has a directory, and no whiteout of what it has itself.</summary>
    private static IReadOnlyList<Step> Lawful(IList<Step> steps)
    {
        var kept = new List<Step>();
        foreach (var step in steps)
        {
            var directories = kept.SelectMany(k => Above(k.Path).Concat(k.Kind is Kind.Directory or Kind.Opaque ? [k.Path] : []));
            var others = kept.Where(k => k.Kind is Kind.File or Kind.Whiteout).Select(k => k.Path);
            var clashes = step.Kind is Kind.File or Kind.Whiteout
                ? others.Contains(step.Path) || directories.Contains(step.Path) || Above(step.Path).Any(others.Contains)
                : others.Contains(step.Path) || Above(step.Path).Any(others.Contains);
            if (!clashes)
            {
                kept.Add(step);
            }
        }

        return kept;
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }
    }

    private static byte[] Packed(IReadOnlyList<Step> steps, int layer)
    {
        // A name that no other layer has, so that no layer is empty.
        var archive = new Archive().File($"of-{layer}", $"{layer}");
        foreach (var step in steps)
        {
            var cut = step.Path.LastIndexOf('/') + 1;
            _ = step.Kind switch
            {
                Kind.File => archive.File(step.Path, $"{layer}"),
                Kind.Whiteout => archive.File($"{step.Path[..cut]}.wh.{step.Path[cut..]}"),
                Kind.Directory => archive.Directory(step.Path + "/"),
                _ => archive.File($"{step.Path}/.wh..wh..opq"),
            };
        }

        return archive.Gzip();
    }

    /// <summary>OCI image-spec, layer.md: whiteouts hide what lower layers have, then the layer's own names come.</summary>
    private static string[] Meant(IReadOnlyList<Step>[] layers)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var directories = new SortedSet<string>(StringComparer.Ordinal);
        for (var n = 0; n < layers.Length; n++)
        {
            foreach (var step in layers[n].Where(s => s.Kind == Kind.Opaque))
            {
                Remove(step.Path, itself: false);
            }

            foreach (var step in layers[n].Where(s => s.Kind == Kind.Whiteout))
            {
                Remove(step.Path, itself: true);
            }

            files[$"of-{n}"] = $"{n}";
            foreach (var step in layers[n])
            {
                foreach (var above in Above(step.Path).Concat(step.Kind is Kind.Directory or Kind.Opaque ? [step.Path] : []))
                {
                    files.Remove(above);
                    directories.Add(above);
                }

                if (step.Kind == Kind.File)
                {
                    Remove(step.Path, itself: true);
                    files[step.Path] = $"{n}";
                }
            }
        }

        return [.. files.Select(f => $"{f.Key}={f.Value}").Concat(directories.Select(d => d + "/")).Order(StringComparer.Ordinal)];

        void Remove(string path, bool itself)
        {
            foreach (var gone in files.Keys.Where(f => f.StartsWith(path + "/", StringComparison.Ordinal) || (itself && f == path)).ToList())
            {
                files.Remove(gone);
            }

            directories.RemoveWhere(d => d.StartsWith(path + "/", StringComparison.Ordinal) || (itself && d == path));
        }
    }

    /// <summary>
    /// What can be looked up. A whiteout in a directory that no lower layer has is listed by overlayfs all the same, as a name that is
    /// not there (Linux 6.18; docker's layers do that, too).
    /// </summary>
    private static string[] Seen(string at) =>
        [.. System.IO.Directory.GetFileSystemEntries(at, "*", System.IO.SearchOption.AllDirectories)
            .Select(e => (Full: e, Name: System.IO.Path.GetRelativePath(at, e)))
            .Where(e => System.IO.Path.Exists(e.Full))
            .Select(e => System.IO.Directory.Exists(e.Full) ? e.Name + "/" : $"{e.Name}={System.IO.File.ReadAllText(e.Full)}")
            .Order(StringComparer.Ordinal)];

    private enum Kind
    {
        File,
        Whiteout,
        Directory,
        Opaque,
    }

    private sealed record Step(string Path, Kind Kind);
}
