namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;
using EventDock.Domain.Oci;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>
/// The range as a picture: a lane a container, bars where its processes ran and a mark where they ended; above them the moves of
/// tags. Places are percentages and sizes are pixels, so that letters stay letters at every width.
/// </summary>
internal static class AuditTimeline
{
    /// <summary>More lanes are no picture any more; nor are more marks in one of them.</summary>
    private const int MostLanes = 60, MostMarks = 400;

    private const int LaneHeight = 36, AxisHeight = 34, MostLetters = 60;

    public static void Draw(StringBuilder text, AuditReported report)
    {
        var (from, until) = (report.From, report.Until > report.From ? report.Until : report.From.AddSeconds(1));
        var containers = report.Range.Containers;
        var drawn = containers.Count <= MostLanes
            ? containers
            : containers.OrderByDescending(Latest).Take(MostLanes).OrderBy(container => container.Created).ToArray();
        text.Append("<section id=\"timeline\">\n<h2>Timeline</h2>\n");
        if (containers.Count == 0 && report.Range.TagMoves.Count == 0)
        {
            text.Append("<p class=\"none\">Neither a container nor a tag move to be drawn.</p>\n</section>\n");
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{AuditWords.Time(from)} to {AuditWords.Time(until)} UTC.");
        if (drawn.Count < containers.Count)
        {
            text.Append(CultureInfo.InvariantCulture,
                $" Drawn are the {MostLanes} of {containers.Count:N0} containers that changed last.");
        }

        text.Append("</p>\n");
        Legend(text);
        var tags = report.Range.TagMoves.Count > 0 ? 1 : 0;
        var height = AxisHeight + ((tags + drawn.Count) * LaneHeight) + 4;
        text.Append(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"timeline\" width=\"100%\" height=\"{height}\" "
            + $"role=\"img\" aria-label=\"Containers and tag moves over time\">\n");
        text.Append(CultureInfo.InvariantCulture, $"<svg x=\"1%\" y=\"0\" width=\"98%\" height=\"{height}\" overflow=\"visible\">\n");
        Axis(text, from, until, height);
        if (tags > 0)
        {
            Tags(text, report.Range.TagMoves, from, until);
        }

        for (var n = 0; n < drawn.Count; n++)
        {
            Lane(text, drawn[n], AxisHeight + ((tags + n) * LaneHeight), from, until);
        }

        text.Append("</svg>\n</svg>\n</section>\n");
    }

    private static DateTimeOffset Latest(AuditedContainer container) =>
        container.Removed ?? (container.Runs.Count > 0 ? container.Runs[^1].Ended ?? container.Runs[^1].Started : container.Created);

    private static void Legend(StringBuilder text)
    {
        text.Append("<ul class=\"legend\">");
        Key("<path class=\"life\" d=\"M0 7H22\" />", "exists");
        Key("<rect class=\"run\" x=\"0\" y=\"3\" width=\"22\" height=\"8\" rx=\"2\" />", "runs");
        Key("<circle class=\"good\" cx=\"11\" cy=\"7\" r=\"4\" />", "exit 0");
        Key("<path class=\"bad\" d=\"M7 3L15 11M15 3L7 11\" />", "another exit, or none seen");
        Key("<path class=\"gone\" d=\"M11 1V13\" />", "removed");
        Key("<path class=\"tag\" d=\"M11 2L16 7L11 12L6 7Z\" />", "tag moved");
        text.Append("</ul>\n");

        void Key(string mark, string means) => text.Append("<li><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"22\" height=\"14\" aria-hidden=\"true\">")
            .Append(mark).Append("</svg> ").Append(means).Append("</li>");
    }

    private static void Axis(StringBuilder text, DateTimeOffset from, DateTimeOffset until, int height)
    {
        var ticks = TimeTicks.Between(from, until);
        for (var n = 0; n < ticks.Count; n++)
        {
            var (at, label, day) = ticks[n];
            var x = Place(at, from, until);
            var anchor = x switch { < 12 => "start", > 88 => "end", _ => "middle" };
            var second = n % 2 == 1 ? " odd" : "";
            text.Append(CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{x:0.###}%\" x2=\"{x:0.###}%\" y1=\"{AxisHeight - 4}\" y2=\"{height}\" "
                + $"/>\n");
            text.Append(CultureInfo.InvariantCulture,
                $"<text class=\"tick{second}\" x=\"{x:0.###}%\" y=\"12\" text-anchor=\"{anchor}\">{label}</text>\n");
            if (day.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"<text class=\"tick day{second}\" x=\"{x:0.###}%\" y=\"25\" text-anchor=\"{anchor}\">{day}</text>\n");
            }
        }
    }

    private static void Tags(StringBuilder text, IReadOnlyList<AuditedTagMove> moves, DateTimeOffset from, DateTimeOffset until)
    {
        var shown = moves.Count > MostMarks ? $", the last {MostMarks} drawn" : "";
        text.Append(CultureInfo.InvariantCulture,
            $"<text class=\"name\" x=\"0\" y=\"{AxisHeight + 12}\">Tags <tspan class=\"soft\">{AuditWords.Counted(moves.Count, "move")}{shown}</tspan></text>\n");
        text.Append(CultureInfo.InvariantCulture,
            $"<line class=\"life\" x1=\"0%\" x2=\"100%\" y1=\"{AxisHeight + 23}\" y2=\"{AxisHeight + 23}\" />\n");
        foreach (var move in moves.Skip(Math.Max(0, moves.Count - MostMarks)))
        {
            var to = move.To is { } image ? Human.ShortId(image) : "nothing";
            Mark(
                text, "tag", "M0 -6L6 0L0 6L-6 0Z", move.At, AxisHeight + 23, from, until,
                $"{ImageReference.Shown(move.Reference)}: from {(move.From is { } before ? Human.ShortId(before) : "nothing")} to {to}, {AuditWords.Time(move.At)}, {AuditWords.Who(move.By)}");
        }
    }

    private static void Lane(StringBuilder text, AuditedContainer container, int top, DateTimeOffset from, DateTimeOffset until)
    {
        var y = top + 23;
        var calledOut = container.Rights.Count > 0 ? " alarm" : "";
        text.Append(CultureInfo.InvariantCulture,
            $"<text class=\"name{calledOut}\" x=\"0\" y=\"{top + 12}\">{Cut(container.Name)} <tspan class=\"soft\">{Cut(container.Image)}{Ended(container)}</tspan></text>\n");
        text.Append(CultureInfo.InvariantCulture,
            $"<line class=\"life\" x1=\"{Percent(container.Created, from, until)}\" x2=\"{Percent(container.Removed ?? until, from, until)}\" "
            + $"y1=\"{y}\" y2=\"{y}\" />\n");
        foreach (var run in container.Runs.Where(run => run.Failed is null && (run.Ended ?? until) >= from))
        {
            var (left, right) = (Place(run.Started, from, until), Place(run.Ended ?? until, from, until));
            text.Append(CultureInfo.InvariantCulture,
                $"<rect class=\"run\" x=\"{left:0.###}%\" width=\"{Math.Max(right - left, 0.15):0.###}%\" y=\"{y - 4}\" "
                + $"height=\"8\" rx=\"2\"><title>{AuditHtml.Escape($"{container.Name}: {AuditWords.Run(run)}")}</title></rect>\n");
        }

        foreach (var run in container.Runs.Where(run => run.Ended is { } ended && ended >= from))
        {
            var title = $"{container.Name}: {AuditWords.Run(run)}";
            _ = run.ExitCode == 0
                ? Mark(text, "good", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z", run.Ended!.Value, y, from, until, title)
                : Mark(text, "bad", "M-4 -4L4 4M4 -4L-4 4", run.Ended!.Value, y, from, until, title);
        }

        if (container.Removed is { } removed)
        {
            Mark(text, "gone", "M0 -7V7", removed, y, from, until, $"{container.Name} removed, {AuditWords.Time(removed)}");
        }
    }

    private static StringBuilder Mark(
        StringBuilder text, string kind, string path, DateTimeOffset at, int y, DateTimeOffset from, DateTimeOffset until, string title) =>
        text.Append(CultureInfo.InvariantCulture,
            $"<svg x=\"{Percent(at, from, until)}\" y=\"{y}\" overflow=\"visible\"><path class=\"{kind}\" d=\"{path}\"><title>{AuditHtml.Escape(title)}</title></path></svg>\n");

    private static string Ended(AuditedContainer container)
    {
        var codes = container.Runs.Where(run => run.Ended is not null).Select(run => run.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "?").ToArray();
        var running = container.Runs.Count > 0 && container.Runs[^1].Ended is null ? ", runs" : "";
        return codes.Length switch
        {
            0 => running,
            <= 4 => $", exit {string.Join(", ", codes)}{running}",
            _ => string.Create(CultureInfo.InvariantCulture, $", {codes.Length} exits, the last {codes[^1]}{running}"),
        };
    }

    private static string Cut(string name) =>
        AuditHtml.Escape(name.Length > MostLetters ? string.Concat(name.AsSpan(0, MostLetters - 1), "…") : name);

    private static double Place(DateTimeOffset at, DateTimeOffset from, DateTimeOffset until) =>
        Math.Clamp((at - from) / (until - from) * 100, 0, 100);

    private static string Percent(DateTimeOffset at, DateTimeOffset from, DateTimeOffset until) =>
        string.Create(CultureInfo.InvariantCulture, $"{Place(at, from, until):0.###}%");
}
