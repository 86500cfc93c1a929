namespace EventDock.Cli.Grammar;

using System.Text;

/// <summary>Help, laid out as docker's. It needs neither root nor ledger.</summary>
public static class HelpText
{
    public static string Of(VerbGrammar verb)
    {
        var flags = verb.Flags.Where(f => f.Supported && f.Means is null).Append(VerbGrammar.HelpFlag)
            .OrderBy(f => f.Long, StringComparer.Ordinal)
            .Select(f => (Name: $"{(f.Short is { } c ? $"-{c}, " : "    ")}--{f.Long}{(f.Value.Length > 0 ? $" {f.Value}" : "")}", f.Help));
        return new StringBuilder()
            .Append("\nUsage:  eventdock ").Append(verb.Name).Append(" [OPTIONS]")
            .Append(verb.Arguments.Length > 0 ? " " : "").Append(verb.Arguments)
            .Append("\n\n").Append(verb.Help).Append("\n\nOptions:\n").Append(Columns(flags.ToList()))
            .Append(verb.Interspersed ? "" : $"\nOptions stand before {verb.Arguments.Split(' ')[0]}: what follows it is the container's.\n")
            .ToString();
    }

    /// <summary>Of the program, or of a group such as <c>db</c>.</summary>
    public static string Of(string group)
    {
        var prefix = group.Length > 0 ? group + " " : "";
        var verbs = Verbs.Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
            .Select(n => (Name: n[prefix.Length..], Verbs.Find(n)!.Help))
            .Concat(Verbs.Spellings(group).DistinctBy(s => s.Verb).Select(s => (Name: s.Word, Verbs.Find(s.Verb)!.Help)))
            .ToList();
        return new StringBuilder()
            .Append("\nUsage:  eventdock ").Append(prefix).Append("COMMAND [OPTIONS]\n\n")
            .Append(Verbs.About(group) ?? CommandTree.About)
            .Append("\n\nCommands:\n").Append(Columns(verbs))
            .Append(group.Length > 0 ? "" : $"\nOptions of all commands that only read, before the command or after it:\n{Columns(Global)}")
            .Append("\nRun 'eventdock ").Append(prefix).Append("COMMAND --help' for more on a command.\n")
            .ToString();
    }

    private static List<(string Name, string Help)> Global =>
        Verbs.Global.Select(f => ($"--{f.Long}{(f.Value.Length > 0 ? $" {f.Value}" : "")}", f.Help)).ToList();

    private static string Columns(List<(string Name, string Help)> lines)
    {
        var width = lines.Max(l => l.Name.Length);
        return string.Concat(lines.Select(l => $"  {l.Name.PadRight(width)}   {l.Help}\n"));
    }
}
