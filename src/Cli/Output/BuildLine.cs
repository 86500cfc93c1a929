namespace EventDock.Cli.Output;

using System.Diagnostics;
using System.Globalization;
using System.IO;
using EventDock.Projections;

/// <summary>How far a rebuild has come, on stderr: one line that is overwritten on a terminal, else a line every second.</summary>
public sealed class BuildLine(TextWriter output, TextWriter error, bool terminal)
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(200), Elsewhere = TimeSpan.FromSeconds(1);

    private readonly long begun = Stopwatch.GetTimestamp();
    private readonly Lock alone = new();
    private long shown;
    private long first = -1;
    private BuildStage? stage;
    private bool open;

    /// <summary>Called from the rebuild's workers.</summary>
    public void Show(BuildProgress progress)
    {
        lock (alone)
        {
            first = first < 0 ? progress.Position : first;
            var since = shown == 0 ? Stopwatch.GetElapsedTime(begun) : Stopwatch.GetElapsedTime(shown);
            // What is done within a second is not worth a line.
            if (shown == 0 ? since < Elsewhere : stage == progress.Stage && since < (terminal ? OnTerminal : Elsewhere))
            {
                return;
            }

            (shown, stage) = (Stopwatch.GetTimestamp(), progress.Stage);
            output.Flush();
            error.Write(terminal ? $"\r\u001b[K{Text(progress)}" : Text(progress) + "\n");
            open = terminal;
        }
    }

    /// <summary>As <see cref="Show"/>, where a person sees it: in a log it would look as if something were wrong.</summary>
    public void ShowToPerson(BuildProgress progress)
    {
        if (terminal)
        {
            Show(progress);
        }
    }

    /// <summary>Nothing more comes: what stands on the terminal's line is ended.</summary>
    public Unit End()
    {
        lock (alone)
        {
            if (open)
            {
                error.Write("\r\u001b[K");
                open = false;
            }
        }

        return unit;
    }

    private string Text(BuildProgress progress) =>
        progress.Stage switch
        {
            BuildStage.Folding => Folding(progress),
            BuildStage.Indexing => "views: indexing",
            BuildStage.CatchingUp => string.Create(
                CultureInfo.InvariantCulture, $"views: catching up, {progress.Head - progress.Position} events left"),
            BuildStage.WaitingForReaders => "views: built, waiting for somebody who reads the old ones",
            _ => throw new UnreachableException($"no words for {progress.Stage}"),
        };

    private string Folding(BuildProgress progress)
    {
        var rate = (progress.Position - first) / Math.Max(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0.001);
        var left = progress.Head - progress.Position;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"views: folded {progress.Position} of {progress.Head} events, {rate:F0} events/s, {left} left ({(rate > 0 ? Math.Ceiling(left / rate) : 0):F0} s)");
    }
}
