namespace EventDock.Cli;

using System.Collections;
using System.IO;
using EventDock.Adapters.Host;
using EventDock.Adapters.Posix;
using EventDock.Cli.Errors;
using EventDock.Cli.Output;

/// <summary>The pager of this command, if it has a terminal and somebody wants one.</summary>
public static class PagerStart
{
    /// <summary>less may not be installed: that is told only of a pager that somebody has named.</summary>
    public static Option<Pager> Run(TextWriter output, TextWriter error)
    {
        if (!Terminal.Is(1))
        {
            return None;
        }

        output.Flush();
        return PagerChoice.Of(Environment.GetEnvironmentVariable).Bind(choice =>
            Pager.Start(choice.Words, PagerChoice.Environment(Variables())).Match(
                Right: Some,
                Left: failed =>
                {
                    error.Write(choice.Named ? ErrorText.Line(failed) + "\n" : "");
                    return None;
                }));
    }

    private static Dictionary<string, string> Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(v => (string)v.Key, v => (string)v.Value!, StringComparer.Ordinal);
}
