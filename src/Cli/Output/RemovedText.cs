namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary>Said on stderr of a container that is shown though it is not there any more.</summary>
internal static class RemovedText
{
    public static Unit Tell(Session session, string name, RemovedContainer found) =>
        session.Tell(TerminalText.Escape($"{name}: container {found.Ended.Row.Id.Short} was removed at {When(found)}{Others(found.Others)}"));

    private static string When(RemovedContainer found) =>
        string.Create(CultureInfo.InvariantCulture, $"{Rfc3339.Seconds(found.Ended.At)} (#{found.Ended.Position})");

    private static string Others(int count) => count switch
    {
        0 => "",
        1 => "; another that had this name was removed before",
        _ => string.Create(CultureInfo.InvariantCulture, $"; {count} others that had this name were removed before"),
    };
}
