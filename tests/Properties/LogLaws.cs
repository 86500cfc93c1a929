namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Cli.Commands;
using EventDock.Cli.Output;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;

/// <summary>What <c>log</c> makes of events: lanes, CSV, filters; and the pace of <c>replay</c>.</summary>
public sealed class LogLaws
{
    private static readonly Host Here = new("host", "boot", 1);

    [Fact]
    public void Every_open_lane_is_drawn_once_and_stays_in_its_column() => Laws.Holds(Histories.Logs, log =>
    {
        var lanes = Lanes.None;
        foreach (var recorded in NewestFirst(log))
        {
            var step = lanes.Next(recorded);
            var (beside, below) = (LogGraph.Beside(step), LogGraph.Below(step.After));
            var open = step.Lanes.Open.Count(lane => lane is not null);
            var stays = step.After.Open.Select((lane, column) => lane is null || (column < step.Lanes.Open.Count && step.Lanes.Open[column] == lane));
            if (beside.Count(c => c is '|' or '*') != open || beside.Count(c => c == '*') != (step.Column < 0 ? 0 : 1)
                || (step.Column >= 0 && beside[2 * step.Column] != '*') || below.Contains('*') || !stays.All(so => so)
                || step.Lanes.Open.Where(lane => lane is not null).GroupBy(lane => lane).Any(same => same.Count() > 1))
            {
                return false;
            }

            lanes = step.After;
        }

        return true;
    });

    /// <summary>Oldest first a thing that there is has a lane below the event; newest first that is the lane above it.</summary>
    [Fact]
    public void Above_its_first_event_a_thing_has_a_lane_and_below_it_none() => Laws.Holds(Histories.Logs, log =>
    {
        var lanes = Lanes.None;
        foreach (var recorded in NewestFirst(log))
        {
            var step = lanes.Next(recorded);
            var key = recorded.Event is ContainerEvent or TagEvent ? recorded.Stream : null;
            var begins = recorded.Event is ContainerCreated or ContainerRestored or ImageTagged { Previous: null };
            if (key is not null && (step.Lanes.Open[step.Column] != key || step.After.Open.Contains(key) == begins))
            {
                return false;
            }

            lanes = step.After;
        }

        return true;
    });

    [Fact]
    public void Lanes_that_find_no_room_share_one_column()
    {
        var lanes = Lanes.None;
        foreach (var n in Enumerable.Range(0, 20))
        {
            var step = lanes.Next(Recorded(1, new ImageTagged($"docker.io/library/t{n}:latest", "a", "b"), $"tag-docker.io/library/t{n}:latest"));
            lanes = step.After;
            Assert.Equal(n, step.Column);
            Assert.True(LogGraph.Beside(step).Length <= 2 * (LogGraph.Widest + 1));
        }

        Assert.Equal(string.Concat(Enumerable.Repeat("| ", LogGraph.Widest)) + "… ", LogGraph.Below(lanes));
    }

    [Fact]
    public void A_line_of_csv_read_again_has_the_cells_and_neither_a_formula_nor_a_control_character() => Laws.Holds(
        Gen.Elements("", "a", ",", "\"", "\r\n", "=1+1", "+", "-", "@x", "＝", "－1", "\t", "\r", " ", "é", "'", "12").ArrayOf()
            .Select(parts => string.Concat(parts)).ArrayOf().Where(cells => cells.Length > 0),
        cells =>
        {
            var read = Cells(CsvText.Line(cells));
            return read.SequenceEqual(cells.Select(CsvText.Harmless))
                && read.All(cell => !cell.Any(char.IsControl))
                && read.All(cell => cell.Length == 0 || !"=+-@＝＋－＠".Contains(cell[0]) || cell.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0)
                && read.Select((cell, n) => cell == TerminalText.Escape(cells[n]) || cell == "'" + TerminalText.Escape(cells[n])).All(so => so);
        });

    [Theory]
    [InlineData("-12", "-12")]
    [InlineData("+12", "+12")]
    [InlineData("-", "'-")]
    [InlineData("-1+1", "'-1+1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("\t=1", "\\t=1")]
    public void A_formula_has_an_apostrophe_before_it_and_a_number_none(string cell, string harmless) => Assert.Equal(harmless, CsvText.Line([cell]));

    [Theory]
    [InlineData(true, "c0ffee000000 (privileged) mount -a", "ran in c0ffee000000, privileged: mount -a")]
    [InlineData(false, "c0ffee000000 mount -a", "ran in c0ffee000000: mount -a")]
    public void That_an_exec_had_all_rights_is_said(bool privileged, string text, string sentence)
    {
        var id = CodecSamples.Right(ContainerId.Parse("c0ffee".PadRight(64, '0')));
        var asked = new ExecRequested("e", id, Seq("mount", "-a"), "", "/", false, Seq<SecretName>(), privileged);
        Assert.Equal(text, LogText.Of(asked));
        Assert.EndsWith(sentence, LogSentence.Of(Recorded(1, asked, Streams.Exec(id.Value, "e"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, Actor.Unset, null, "root", "")]
    [InlineData(0, Actor.Unset, null, null, "")]
    [InlineData(1000, Actor.Unset, null, "alice", "as uid 1000")]
    [InlineData(0, "1000", null, "alice", "login uid 1000, as uid 0")]
    [InlineData(0, "1000", "7", "alice", "login uid 1000, as uid 0, by sudo of uid 7")]
    [InlineData(0, "1000", "7", null, "as uid 0, by sudo of uid 7")]
    [InlineData(0, Actor.Unset, "7", "bob", "as uid 0, by sudo of uid 7")]
    [InlineData(0, Actor.Unset, "7", null, "as uid 0")]
    [InlineData(-1, "redacted", null, null, "")]
    public void The_report_says_the_uids_of_whom_it_names(int uid, string login, string? sudo, string? name, string words) =>
        Assert.Equal(words, AuditWords.WhoElse(new Actor(uid, login, sudo, null, null, null, name)));

    [Theory]
    [InlineData("1000", "login 1000", true)]
    [InlineData("login 1000", "login 1000", true)]
    [InlineData("0", "login 1000", false)]
    [InlineData("uid 0", "login 1000", true)]
    [InlineData("0", "uid 0", true)]
    [InlineData("sudo 7", "sudo 7", true)]
    [InlineData("7", "sudo 7", true)]
    [InlineData("sudo 7", "uid 0", false)]
    [InlineData("alice", "alice", true)]
    [InlineData("1000", "alice", true)]
    [InlineData("login 1000", "alice", true)]
    [InlineData("alice", "login 1000", false)]
    [InlineData("bob", "alice", false)]
    public void Who_is_found_by_what_the_log_shows_of_him(string asked, string shown, bool found)
    {
        var login = shown == "alice" || shown.StartsWith("login", StringComparison.Ordinal) ? "1000" : Actor.Unset;
        var actor = new Actor(0, login, shown.StartsWith("sudo", StringComparison.Ordinal) ? "7" : null, null, null, null) { Name = shown == "alice" ? shown : null };
        Assert.Equal(shown, LogText.Who(actor));
        Assert.Equal(found, CodecSamples.Right(ActorFilter.Parse(asked)).Takes(actor));
    }

    [Theory]
    [InlineData("/etc/passwd", "/etc/passwd", true)]
    [InlineData("etc/passwd", "/etc/passwd", true)]
    [InlineData("/etc", "/etc/passwd", false)]
    [InlineData("/etc/*", "/etc/passwd", true)]
    [InlineData("/etc/*", "/etc/ssl/cert", false)]
    [InlineData("/etc/**", "/etc/ssl/cert", true)]
    [InlineData("**/*.so", "/usr/lib/x.so", true)]
    [InlineData("/a_b", "/axb", false)]
    [InlineData("/[ab]", "/b", true)]
    public void A_path_is_meant_by_itself_or_by_a_pattern_whose_beginning_it_has(string pattern, string path, bool meant)
    {
        var parsed = CodecSamples.Right(PathPattern.Parse(pattern));
        Assert.Equal(meant, parsed.Takes(new PathChange("A", path, false, "file", 0, null, null)));
        Assert.True(!meant || path.StartsWith(Encoding.UTF8.GetString(parsed.Beginning), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("x", false)]
    [InlineData("0", false)]
    [InlineData("-1", false)]
    [InlineData("1e3", false)]
    [InlineData("0.0000000000000000000000001", false)]
    [InlineData("0.000001", true)]
    [InlineData("0.5", true)]
    [InlineData("instant", true)]
    public void A_speed_is_a_number_above_none(string text, bool taken) => Assert.Equal(taken, ReplayCommand.Speed(text, true).IsRight);

    [Fact]
    public void A_pause_is_as_long_as_it_was_by_the_speed_and_never_long()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), ReplayCommand.Pause(TimeSpan.FromMinutes(1), 60));
        Assert.Equal(TimeSpan.FromSeconds(2), ReplayCommand.Pause(TimeSpan.FromDays(10_000), 0.001m));
        Assert.Equal(TimeSpan.Zero, ReplayCommand.Pause(TimeSpan.FromDays(1), 0));
        Assert.Equal(TimeSpan.Zero, ReplayCommand.Pause(TimeSpan.FromSeconds(-1), 1));
    }

    /// <summary>RFC 4180, section 2.</summary>
    private static List<string> Cells(string line)
    {
        var (cells, cell, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var at = 0; at < line.Length; at++)
        {
            switch (line[at])
            {
                case '"' when quoted && at + 1 < line.Length && line[at + 1] == '"':
                    cell.Append('"');
                    at++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    cells.Add(cell.ToString());
                    cell.Clear();
                    break;
                case var c:
                    cell.Append(c);
                    break;
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }

    private static IEnumerable<Recorded<DockEvent>> NewestFirst(Seq<Fact> log) =>
        log.Select((fact, n) => Recorded(n + 1, fact.Event, Stream(fact.Event))).Reverse();

    private static string Stream(DockEvent happened) => happened switch
    {
        ContainerEvent e => Streams.Container(e.Id.Value),
        TagEvent e => Streams.Tag(e.Reference),
        _ => "other",
    };

    private static Recorded<DockEvent> Recorded(long position, DockEvent happened, string stream) => new(
        position, stream, 1, happened, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, Guid.Empty,
        new Origin(Guid.Empty, Seq<string>(), new Actor(0, Actor.Unset, null, null, null, null), Here, 1));
}
