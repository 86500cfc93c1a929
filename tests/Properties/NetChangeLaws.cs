namespace EventDock.Tests.Properties;

using EventDock.Domain.Layers;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>Records of a thin layer taken together: what they come to between two of them.</summary>
public sealed class NetChangeLaws
{
    private static readonly string[] Paths = ["/a", "/a/b", "/a/b/c", "/a-", "/a/d", "/e"];

    private static Gen<Seq<PathChange>> Lists =>
        from changes in (
            from kind in Gen.Elements("A", "C", "D")
            from path in Gen.Elements(Paths)
            from type in Gen.Elements("file", "directory")
            from size in Gen.Choose(0, 3)
            select new PathChange(kind, path, false, type, size, null, null)).ListOf()
        select changes.ToSeq().Strict();

    /// <summary>A tree: of each name whether it is a directory, and what is in it otherwise.</summary>
    private static Gen<SortedDictionary<string, string>> Trees =>
        from kept in Gen.Elements(true, true, false).ListOf(Paths.Length)
        from content in Gen.Elements("directory", "directory", "1", "2").ListOf(Paths.Length)
        select Tree(Paths.Where((_, n) => kept[n]).Select((path, n) => (path, content[n])));

    [Fact]
    public void What_two_stretches_come_to_is_what_both_together_do() => Holds(
        from first in Lists
        from second in Lists
        select (first, second),
        x => Same(NetChanges.Then(NetChanges.Of(x.first), NetChanges.Of(x.second)), NetChanges.Of(x.first.Concat(x.second))));

    [Fact]
    public void What_three_stretches_come_to_does_not_depend_on_which_two_are_taken_together_first() => Holds(
        from first in Lists
        from second in Lists
        from third in Lists
        select (NetChanges.Of(first), NetChanges.Of(second), NetChanges.Of(third)),
        x => Same(NetChanges.Then(NetChanges.Then(x.Item1, x.Item2), x.Item3), NetChanges.Then(x.Item1, NetChanges.Then(x.Item2, x.Item3))));

    [Fact]
    public void Records_of_a_tree_that_changes_come_to_the_difference_of_its_first_state_and_its_last() => Holds(
        from states in Trees.ListOf(4)
        select states.ToArray(),
        states =>
        {
            var net = NetChanges.Lines(NetChanges.Of(Enumerable.Range(1, 3).SelectMany(n => Recorded(states[n - 1], states[n]))));
            var (first, last) = (states[0], states[3]);
            return Paths.All(path =>
                (first.ContainsKey(path), last.ContainsKey(path), net.Find(line => "/" + line.Key == path).Map(line => line.Kind).IfNone("")) switch
                {
                    (false, true, var kind) => kind == "A",
                    (true, false, var kind) => kind == "D",
                    (false, false, var kind) => kind == "",
                    (true, true, var kind) => kind == "C" || (kind == "" && first[path] == last[path]),
                });
        });

    [Fact]
    public void A_record_says_something_of_what_it_lists_and_of_what_was_below_anything_that_is_no_directory_since() => Holds(
        from changes in Lists
        from path in Gen.Elements(Paths)
        select (changes, path),
        x => TouchedPaths.Of(x.changes).Has(x.path[1..]) == x.changes.Exists(change =>
            change.Path == x.path || (NetChange.Of(change).Emptied && x.path.StartsWith(change.Path + "/", StringComparison.Ordinal))));

    [Fact]
    public void What_a_directory_took_with_it_needs_no_line_of_its_own_and_is_changed_where_it_comes_back()
    {
        PathChange Change(string kind, string path, string type) => new(kind, path, false, type, 0, null, null);
        var gone = Seq(Change("C", "/a/b", "file"), Change("D", "/a", "whiteout"));
        Assert.Equal(["D a"], NetChanges.Lines(NetChanges.Of(gone)).Map(line => $"{line.Kind} {line.Key}").ToArray());
        var back = gone + Seq(Change("C", "/a", "directory"), Change("C", "/a/b", "file"));
        Assert.Equal(["C a", "C a/b"], NetChanges.Lines(NetChanges.Of(back)).Map(line => $"{line.Kind} {line.Key}").ToArray());
    }

    [Fact]
    public void A_directory_stands_before_what_is_in_it_and_names_that_are_no_text_keep_their_bytes()
    {
        byte[] odd = [(byte)'/', (byte)'a', 0xff];
        var lines = NetChanges.Lines(NetChanges.Of(
        [
            new PathChange("A", "/a-b", false, "file", 0, null, null), new PathChange("A", "/a/z", false, "file", 0, null, null),
            new PathChange("A", Convert.ToBase64String(odd), true, "file", 0, null, null), new PathChange("A", "/a", false, "directory", 0, null, null),
        ]));
        Assert.Equal(["a", "a/z", "a-b", "a\u00ff"], lines.Map(line => line.Key).ToArray());
        Assert.Equal(odd[1..], lines.Last.Path);
    }

    private static SortedDictionary<string, string> Tree(IEnumerable<(string Path, string Content)> entries)
    {
        var tree = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, content) in entries)
        {
            var above = path[..path.LastIndexOf('/')];
            if (above.Length == 0 || (tree.TryGetValue(above, out var kind) && kind == "directory"))
            {
                tree[path] = content;
            }
        }

        return tree;
    }

    /// <summary>As a scan has it: sorted, each path that is not what it was.</summary>
    private static IEnumerable<PathChange> Recorded(SortedDictionary<string, string> before, SortedDictionary<string, string> now) =>
        from path in Paths.Order(StringComparer.Ordinal)
        let old = before.GetValueOrDefault(path)
        let content = now.GetValueOrDefault(path)
        where old != content
        select new PathChange(
            old is null ? "A" : content is null ? "D" : "C", path, false, content == "directory" ? "directory" : content is null ? "whiteout" : "file", 0, null, null);

    private static bool Same(Seq<NetChange> one, Seq<NetChange> other) => one.SequenceEqual(other);
}
