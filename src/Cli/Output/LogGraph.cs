namespace EventDock.Cli.Output;

using System.Text;
using EventDock.Projections;

/// <summary>Lanes as <c>log --graph</c> draws them: * on the event's own, | on every other that is open, so many columns wide at most.</summary>
public static class LogGraph
{
    public const int Widest = 12;

    private const char Event = '*', Open = '|', More = '…';

    /// <summary>Beside an event.</summary>
    public static string Beside(Lanes.Step step) => Cells(step.Lanes, step.Column);

    /// <summary>Between an event and the next.</summary>
    public static string Below(Lanes lanes) => Cells(lanes, -1);

    /// <summary>Lanes that find no room stand in one column behind the others.</summary>
    private static string Cells(Lanes lanes, int own)
    {
        var text = new StringBuilder();
        for (var column = 0; column < Math.Min(lanes.Open.Count, Widest); column++)
        {
            text.Append(column == own ? Event : lanes.Open[column] is null ? ' ' : Open).Append(' ');
        }

        if (lanes.Open.Count > Widest)
        {
            text.Append(own >= Widest ? Event : More).Append(' ');
        }

        return text.Length == 0 ? "  " : text.ToString();
    }
}
