namespace EventDock.Tests.Properties;

using System.IO;
using EventDock.Cli.Output;
using FsCheck;
using FsCheck.Fluent;

/// <summary>What stands on a terminal while something is received or sent.</summary>
public sealed class TransferFrameTests
{
    private static readonly Gen<TransferPart> Part =
        from n in Gen.Choose(0, 0xfffffff)
        from total in Gen.Choose(0, int.MaxValue)
        from bytes in Gen.Choose(0, int.MaxValue)
        from state in Gen.Elements("Pulling fs layer", "Waiting", "Downloading", "Pull complete", "Waiting for another command that is fetching it")
        from at in Gen.Choose(0, 2)
        select new TransferPart($"{n:x12}", state, bytes, total, Moving: at == 1, Ended: at == 2);

    private static readonly Gen<(IReadOnlyList<TransferPart> Parts, int Columns, int Rows)> Screens =
        from parts in Part.ListOf()
        from columns in Gen.Choose(1, 200)
        from rows in Gen.Choose(1, 60)
        select ((IReadOnlyList<TransferPart>)[.. parts], columns, rows);

    [Fact]
    public void A_frame_fits_the_screen_whatever_its_size() => Laws.Holds(
        Screens,
        x => TransferFrame.Lines(x.Parts, x.Columns, x.Rows) is var lines
            && lines.Count <= Math.Max(2, x.Rows - 1)
            && lines.ForAll(line => line.Length < Math.Max(1, x.Columns) || line.Length == 0));

    [Fact]
    public void The_last_frame_has_a_line_for_every_part_and_one_for_all() => Laws.Holds(
        Screens, x => TransferFrame.Last(x.Parts, x.Columns).Count == x.Parts.Count + 1);

    [Fact]
    public void Of_thirty_layers_on_a_screen_of_24_lines_those_that_move_are_shown_and_the_others_counted()
    {
        var parts = Enumerable.Range(0, 30)
            .Select(n => new TransferPart($"layer-{n:d2}", n < 12 ? "Pull complete" : n is 14 or 29 ? "Downloading" : "Waiting", 50, 100, n is 14 or 29, n < 12))
            .ToArray();
        var lines = TransferFrame.Lines(parts, 80, 24);
        Assert.Equal(23, lines.Count);
        Assert.Contains(lines, line => line.StartsWith("layer-14: Downloading", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("layer-29: Downloading", StringComparison.Ordinal));
        Assert.Equal("and 9 more, 9 of them complete", lines[^2]);
        Assert.StartsWith("12/30 complete", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_bar_says_how_much_of_how_much()
    {
        var line = TransferFrame.Lines([new TransferPart("0123456789ab", "Downloading", 500, 1000, true, false)], 80, 24)[0];
        Assert.Equal("0123456789ab: Downloading        [============>           ] 500B/1kB", line);
    }

    [Fact]
    public void Without_a_terminal_there_is_a_line_for_each_part_and_state_and_none_for_bytes()
    {
        var said = new StringWriter();
        var board = new TransferBoard(said, null);
        board.Say("1: Pulling from a/b");
        board.Begin([("aa", 10), ("bb", 20)], "Pulling fs layer");
        board.Moved(0, "Downloading", 5);
        board.State(0, "Download complete");
        board.State(1, "Already exists", ended: true);
        board.State(1, "Waiting");
        board.State(0, "Pull complete", ended: true);
        board.Finish();
        Assert.Equal(
            "1: Pulling from a/b\naa: Pulling fs layer\nbb: Pulling fs layer\naa: Download complete\nbb: Already exists\naa: Pull complete\n",
            said.ToString());
    }

    [Fact]
    public void On_a_terminal_the_last_frame_stays_below_what_was_said()
    {
        var said = new StringWriter();
        var board = new TransferBoard(said, () => (80, 24));
        board.Say("1: Pulling from a/b");
        board.Begin([("aa", 10), ("bb", 20)], "Pulling fs layer");
        board.Moved(0, "Downloading", 5);
        board.State(0, "Pull complete", ended: true);
        board.State(1, "Pull complete", ended: true);
        board.Finish();
        board.Finish();
        Assert.StartsWith("1: Pulling from a/b\n", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("aa: Pull complete\nbb: Pull complete\n2/2 complete", said.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("30B/30B\n", said.ToString(), StringComparison.Ordinal);
    }
}
