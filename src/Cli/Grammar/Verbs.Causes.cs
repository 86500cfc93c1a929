namespace EventDock.Cli.Grammar;

/// <summary>The verbs that ask where something came from.</summary>
public static partial class Verbs
{
    public static VerbGrammar Why => Verb("why", "Show what brought a container, an image or a layer about, or a file in it",
        "CONTAINER|IMAGE|LAYER [PATH]", new Arity(1, 2),
    [
        .. AsOf,
        Text("format", "json", "As one JSON document"),
        NoTrunc,
        Text("type", "container|image|layer", "Look for these only"),
    ]);

    public static VerbGrammar Blame => Verb("blame", "Show who brought each line of a file", "CONTAINER|IMAGE PATH", Exactly(2),
    [
        .. AsOf,
        Text("format", "json", "One line of JSON a line"),
        Text("lines", 'L', "first,last", "Only these lines: 10,20, or 10,+5, or 10 for all from there on"),
        NoTrunc,
        Text("type", "container|image", "Look for these only"),
    ]);

    public static VerbGrammar Diff => Verb("diff", "Show what a container has otherwise than its image, or between two moments; or one image than another",
        "CONTAINER [AFTER..UNTIL] | IMAGE IMAGE", new Arity(1, 2),
    [
        .. AsOf,
        RowFormat,
        Switch("name-only", "Print paths only"),
        Switch("patch", 'p', "How the lines of text files have changed"),
        Switch("stat", "Count only"),
    ]);
}
