namespace EventDock.Cli.Commands;

using System.IO;
using System.Text;
using EventDock.Adapters.Postgres;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>
/// What the scripts of <c>eventdock completion</c> call at each press of the key: the words of the line, the last being typed. Prints a line
/// for the shell (<c>:words</c>, <c>:open</c> where a word goes on, <c>:files</c> where files fit, too), and a line a candidate: the word, a tab,
/// what it is about. Never an error, and no exit code but 0. Not a verb of the command line.
/// </summary>
public static class CompleteCommand
{
    public const string Word = "__complete";

    public static int Run(IReadOnlyList<string> words, TextWriter output)
    {
        var found = Completing.Of(words);
        var begun = words.Count == 0 ? "" : words[^1];
        output.Write(found.Files ? ":files\n" : found.Open ? ":open\n" : ":words\n");
        foreach (var (word, about) in found.Words)
        {
            Line(output, word, about);
        }

        if (found.Names.Count > 0 && begun.StartsWith(found.Before, StringComparison.Ordinal))
        {
            foreach (var known in Names(found.Names, begun[found.Before.Length..]))
            {
                Line(output, found.Before + known.Name + found.After, known.About);
            }
        }

        return 0;
    }

    private static IReadOnlyList<KnownName> Names(IReadOnlySet<NameKind> kinds, string begun)
    {
        var places = Places.OfEnvironment();
        return (places.Database is { } uri
            ? LibpqUri.Parse(uri).Match(
                Right: at => PostgresNames.OfServer(at, kinds, begun),
                Left: _ => Task.FromResult<IReadOnlyList<KnownName>>([]))
            : PostgresNames.OfPrivate(new ClusterPlace(places.Root, places.Run), kinds, begun)).GetAwaiter().GetResult();
    }

    /// <summary>A word that a shell could take for more than a word is not offered, whatever the ledger holds.</summary>
    private static void Line(TextWriter output, string word, string about)
    {
        if (word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_.:/@=+".Contains(c)))
        {
            output.Write(new StringBuilder(word).Append('\t').Append(TerminalText.Escape(about)).Append('\n').ToString());
        }
    }
}
