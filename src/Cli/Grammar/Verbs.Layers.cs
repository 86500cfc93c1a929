namespace EventDock.Cli.Grammar;

/// <summary>The verbs that look at layers.</summary>
public static partial class Verbs
{
    public static VerbGrammar LayerLs => Verb("layer ls", "List layers", "", Exactly(0),
    [
        Switch("all", 'a', "The thin layers of containers, too"),
        .. AsOf,
        Switch("digests", "Their diffIDs, too"),
        RowFormat,
        NoTrunc,
        Switch("quiet", 'q', "Print ids only"),
    ]);

    public static VerbGrammar LayerShow => Verb("layer show", "List the files of a layer, and what it removes", "LAYER", Exactly(1), [.. AsOf, RowFormat]);

    public static VerbGrammar ImageDiff => Verb("image diff", "Show which files one image has otherwise than another", "IMAGE IMAGE", Exactly(2),
    [
        .. AsOf,
        Text("format", "template", "json, a Go template, or table and a template"),
        Switch("name-only", "Print paths only"),
        Switch("patch", 'p', "How the lines of text files have changed"),
        Switch("stat", "Count only"),
    ]);
}
