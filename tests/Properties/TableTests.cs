namespace EventDock.Tests.Properties;

using EventDock.Cli.Output;
using FsCheck;
using FsCheck.Fluent;

/// <summary>Columns; the expected texts are what docker 20.10.24 and Go's tabwriter printed, blank for blank.</summary>
public sealed class TableTests
{
    [Fact]
    public void Headers_alone_stand_as_docker_prints_them()
    {
        Assert.Equal(
            "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n",
            Table.Format(Seq("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"), Seq<Seq<string>>()));
        Assert.Equal(
            "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n",
            Table.Format(Seq("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"), Seq<Seq<string>>()));
    }

    [Fact]
    public void Rows_stand_under_their_headers()
    {
        Assert.Equal(
            "CONTAINER ID   IMAGE         COMMAND                  CREATED                  STATUS                              PORTS     NAMES\n"
            + "856490c9d04f   textbb:base   \"/bin/busybox true\"      Less than a second ago   Exited (0) Less than a second ago             tx6\n"
            + "fd39f49f4415   textbb:base   \"/bin/busybox sleep …\"   Less than a second ago   Up Less than a second                         tx5\n",
            Table.Format(
                Seq("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"),
                Seq(
                    Seq("856490c9d04f", "textbb:base", "\"/bin/busybox true\"", "Less than a second ago", "Exited (0) Less than a second ago", "", "tx6"),
                    Seq("fd39f49f4415", "textbb:base", "\"/bin/busybox sleep …\"", "Less than a second ago", "Up Less than a second", "", "tx5"))));
    }

    [Fact]
    public void A_last_column_that_is_empty_leaves_the_padding_before_it() =>
        Assert.Equal(
            "IMAGE          SIZE      COMMENT\n555b2a6c1cc2   0B        \n",
            Table.Format(Seq("IMAGE", "SIZE", "COMMENT"), Seq1(Seq("555b2a6c1cc2", "0B", ""))));

    [Fact]
    public void Blocks_of_lines_align_as_in_Gos_tabwriter() =>
        Assert.Equal(
            "A                 BB        CCC\n"
            + "longer than ten   é         \n"
            + "x                 y\n"
            + "plain\n"
            + "a         b         c         d\n"
            + "q                             last\n"
            + "          a\n",
            Table.Align("A\tBB\tCCC\nlonger than ten\té\t\nx\ty\nplain\na\tb\tc\td\nq\t\t\tlast\n\ta\n"));

    [Fact]
    public void Every_column_begins_at_the_same_place_in_every_line() =>
        Prop.ForAll(
            Arb.From(from width in Gen.Choose(1, 5)
                     from rows in Gen.Elements("", "x", "0123456", "01234567", "éüöäßéüöäß", "a longer cell than most", "😀")
                         .ListOf(width).ListOf()
                     select (width, rows)),
            x =>
            {
                var rows = x.rows.Select(r => r.ToSeq()).ToSeq();
                var headers = Enumerable.Range(0, x.width).Select(i => $"H{i}").ToSeq();
                var lines = Table.Format(headers, rows)[..^1].Split('\n').Select(l => l.EnumerateRunes().ToArray()).ToArray();
                var starts = Enumerable.Range(0, x.width).Select(i => new string(lines[0].Select(r => (char)r.Value).ToArray()).IndexOf($"H{i}")).ToArray();
                return lines.Length == rows.Count + 1 && rows.Zip(lines.Skip(1)).All(p =>
                    p.Item1.Zip(starts).All(c => string.Concat(p.Item2.Skip(c.Item2).Select(r => r.ToString())).StartsWith(c.Item1, StringComparison.Ordinal)
                        && (c.Item2 == 0 || p.Item2[c.Item2 - 1].Value == ' ')));
            }).QuickCheckThrowOnFailure();
}
