namespace EventDock.Cli.Grammar;

public static partial class Verbs
{
    public static VerbGrammar Undo => Verb(
        "undo", "Have things as they were before a command: the last that has changed something, or the one named", "[EVENT|COMMAND]", new Arity(0, 1),
        [Switch("plan", "Only say what it would do")]);
}
