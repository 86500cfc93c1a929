namespace EventDock.Cli.Grammar;

/// <summary>The verbs of auditors, and the one that shells ask.</summary>
public static partial class Verbs
{
    public static VerbGrammar AuditReport => Verb(
        "audit report", "Report who did what, when, on what, from where and to where, and how far that is proved", "[AFTER..UNTIL]", new Arity(0, 1),
        [Text("format", "md|json|csv|html", "In which form (md, if not said)")]);

    public static VerbGrammar Completion => Verb(
        "completion", "Print what makes a shell complete commands, flags and names", "bash|zsh|fish", Exactly(1), []);
}
