namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Adapters.Posix;
using EventDock.Domain.Layers;
using EventDock.Engine;

/// <summary>What an event changed, below its line: the paths of a thin layer, or rows of views.</summary>
internal static class LogPatch
{
    /// <summary>Fit for a terminal.</summary>
    public static IEnumerable<string> Of(LogEntry entry) =>
        (entry.Event.Event is LayerWritten written ? Written(written) : entry.Rows.AsEnumerable().SelectMany(EventInFull.Row))
        .Select(line => "    " + TerminalText.Escape(line));

    private static IEnumerable<string> Written(LayerWritten written)
    {
        foreach (var change in written.Changes)
        {
            yield return $"{change.Kind} {(change.Base64 ? Bytes.Show(Convert.FromBase64String(change.Path)) : change.Path)}";
        }

        var more = (long)written.Added + written.Modified + written.Deleted - written.Changes.Count;
        if (more > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"… and {more} more");
        }

        if (written.Incomplete is { } reason)
        {
            yield return $"not all of it: {reason}";
        }
    }
}
