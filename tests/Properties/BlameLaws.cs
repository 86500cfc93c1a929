namespace EventDock.Tests.Properties;

using EventDock.Domain.Layers;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>Lines and the versions that brought them, of random texts with few different lines.</summary>
public sealed class BlameLaws
{
    private static Gen<string> Texts =>
        from lines in Gen.Elements("a\n", "b\n", "c\n", "\n").ListOf()
        from end in Gen.Elements("", "a", "b")
        select string.Concat(lines) + end;

    private static Gen<Seq<string>> Versions =>
        from texts in Texts.NonEmptyListOf()
        select texts.ToSeq().Strict();

    [Fact]
    public void The_lines_are_those_of_the_newest_version() => Holds(Versions, x => string.Concat(Blame.Of(x).Map(line => line.Text)) == x[^1]);

    [Fact]
    public void A_line_stands_in_the_version_that_brought_it_and_in_all_that_follow() => Holds(Versions, x =>
        Blame.Of(x).ForAll(line => x.Skip(line.Version).ForAll(text => Lines(text).Contains(line.Text))));

    [Fact]
    public void A_version_that_is_the_one_before_brings_nothing() => Holds(
        from versions in Versions
        from again in Gen.Choose(0, versions.Count - 1)
        select (versions, again),
        x =>
        {
            var doubled = x.versions.Take(x.again + 1) + Seq1(x.versions[x.again]) + x.versions.Skip(x.again + 1);
            return Blame.Of(doubled.Strict()).Map(line => (line.Text, line.Version > x.again ? line.Version - 1 : line.Version))
                .SequenceEqual(Blame.Of(x.versions).Map(line => (line.Text, line.Version)));
        });

    [Fact]
    public void As_many_lines_are_new_as_the_difference_to_the_version_before_adds() => Holds(Versions, x =>
        Blame.Of(x).Count(line => line.Version == x.Count - 1)
        == TextDiff.Of(x.Count > 1 ? x[^2] : "", x[^1]).Sum(hunk => hunk.Lines.Count(line => line[0] == '+')));

    [Fact]
    public void What_was_gone_for_a_version_is_brought_by_the_one_that_has_it_again()
    {
        Assert.Equal([("a\n", 0), ("b\n", 1)], Blame.Of(Seq("a\n", "a\nb\n")).Map(line => (line.Text, line.Version)).ToArray());
        Assert.Equal([("a\n", 2)], Blame.Of(Seq("a\n", "", "a\n")).Map(line => (line.Text, line.Version)).ToArray());
        Assert.Empty(Blame.Of(Seq("a\n", "")));
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').SkipLast(1).Select(line => line + "\n").Append(text[(text.LastIndexOf('\n') + 1)..]);
}
