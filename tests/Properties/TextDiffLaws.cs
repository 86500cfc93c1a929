namespace EventDock.Tests.Properties;

using EventDock.Domain.Layers;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>Unified diffs of random texts: few different lines, so that much is alike.</summary>
public sealed class TextDiffLaws
{
    private static Gen<string> Texts =>
        from lines in Gen.Elements("a\n", "b\n", "c\n", "\n", "a b\n").ListOf()
        from end in Gen.Elements("", "a", "b")
        select string.Concat(lines) + end;

    private static Gen<(string Before, string After)> Pairs =>
        from head in Texts
        from before in Texts
        from after in Texts
        from tail in Texts
        from same in Gen.Elements(true, false)
        select same ? (head, head) : (head + before + tail, head + after + tail);

    [Fact]
    public void The_hunks_applied_to_the_one_give_the_other() => Holds(Pairs, x => Applied(x.Before, TextDiff.Of(x.Before, x.After)) == x.After);

    [Fact]
    public void The_same_text_has_no_hunks_and_another_has_some() => Holds(Pairs, x => TextDiff.Of(x.Before, x.After).IsEmpty == (x.Before == x.After));

    [Fact]
    public void A_hunk_counts_its_lines_and_begins_and_ends_with_no_more_than_three_that_stay() => Holds(Pairs, x =>
        TextDiff.Of(x.Before, x.After).ForAll(h =>
            h.Lines.Count(l => l[0] != '+') == h.OldCount && h.Lines.Count(l => l[0] != '-') == h.NewCount
            && h.Lines.TakeWhile(l => l[0] == ' ').Count() <= 3 && h.Lines.Reverse().TakeWhile(l => l[0] == ' ').Count() <= 3
            && h.Lines.Exists(l => l[0] != ' ')));

    [Fact]
    public void As_many_lines_go_as_come_when_it_is_read_the_other_way_round() => Holds(Pairs, x =>
        Marked(TextDiff.Of(x.Before, x.After), '-') == Marked(TextDiff.Of(x.After, x.Before), '+'));

    [Fact]
    public void One_changed_line_in_many_is_one_line_that_goes_and_one_that_comes()
    {
        var lines = Enumerable.Range(0, 20_000).Select(n => $"{n}\n").ToArray();
        var changed = lines.ToArray();
        changed[9_999] = "other\n";
        var hunk = Assert.Single(TextDiff.Of(string.Concat(lines), string.Concat(changed)));
        Assert.Equal((9_997, 7, 9_997, 7), (hunk.OldStart, hunk.OldCount, hunk.NewStart, hunk.NewCount));
        Assert.Equal(new[] { "-9999\n", "+other\n" }, hunk.Lines.Where(l => l[0] != ' ').ToArray());
    }

    [Fact]
    public void Texts_without_a_line_in_common_are_replaced_in_little_time()
    {
        var before = string.Concat(Enumerable.Range(0, 100_000).Select(n => $"a{n}\n"));
        var after = string.Concat(Enumerable.Range(0, 100_000).Select(n => $"b{n}\n"));
        var hunks = TextDiff.Of(before, after);
        Assert.Equal(after, Applied(before, hunks));
    }

    private static int Marked(Seq<Hunk> hunks, char mark) => hunks.Sum(h => h.Lines.Count(l => l[0] == mark));

    private static string Applied(string before, Seq<Hunk> hunks)
    {
        var old = before.Split('\n').Select(l => l + "\n").ToArray();
        old[^1] = old[^1][..^1];
        var result = new System.Text.StringBuilder();
        var at = 0;
        foreach (var hunk in hunks)
        {
            var start = hunk.OldCount == 0 ? hunk.OldStart : hunk.OldStart - 1;
            result.Append(string.Concat(old[at..start]));
            Assert.Equal(string.Concat(old[start..(start + hunk.OldCount)]), string.Concat(hunk.Lines.Where(l => l[0] != '+').Select(l => l[1..])));
            result.Append(string.Concat(hunk.Lines.Where(l => l[0] != '-').Select(l => l[1..])));
            at = start + hunk.OldCount;
        }

        return result.Append(string.Concat(old[at..])).ToString();
    }
}
