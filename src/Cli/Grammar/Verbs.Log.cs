namespace EventDock.Cli.Grammar;

/// <summary>The verbs that tell what has happened.</summary>
public static partial class Verbs
{
    public static VerbGrammar Log => Verb("log", "Show what has happened, newest first", "[AFTER..UNTIL]", new Arity(0, 1),
        LogFilters,
        [
            AsOf[0],
            Switch("follow", 'f', "Oldest first, and on with what happens from now on (after the last ten, where not said)"),
            Text("format", "format", "json, csv, or a Go template an event"),
            Switch("graph", "Draw a lane for each container and tag"),
            Number("limit", 'n', "number", "Only so many, the newest"),
            Switch("no-pager", "On a terminal, too, print it without a pager"),
            Switch("oneline", "Position and sentence alone"),
            Switch("patch", "With what each event changed: files, or rows of views"),
            Text("since", "moment", "Only what was recorded since"),
            Text("until", "moment", "Only what was recorded until then"),
        ]);

    public static VerbGrammar ToldAgain => Verb(
        "replay", "Tell again what has happened, oldest first, at the pace at which it happened",
        "[AFTER..UNTIL] | --into DATABASE EXPORT|- [UNTIL]", new Arity(0, 2),
        LogFilters,
        [
            Text("into", "database", "Rebuild the views from an export up to a moment, in an empty Postgres database (its URI)"),
            Text("key", "key", "With --into: who must have signed the export"),
            Text("speed", "number", "So many times as fast (60 on a terminal, where not said), or instant"),
        ]);

    /// <summary>Of several values of one of these one must hold, of several of these all.</summary>
    private static Flag[] LogFilters =>
    [
        List("actor", "who", "Only what this one did: alice, 1000, 'login 1000', 'sudo 1000', 'uid 0'"),
        List("command", "text", "Only what was done by this command, or by one whose line has this text in it"),
        List("container", "container", "Only what happened to it, removed or not"),
        List("image", "image", "Only what happened to it, and to the tags that name it"),
        List("label", "key[=value]", "Only what happened to containers and images that have this label"),
        Switch("occurred", "Times are when it happened, not when it was recorded"),
        List("path", "path", "Only when this path of a container was written (*, ** and ? stand for others)"),
        List("tag", "tag", "Only what happened to this tag"),
        List("type", "event", "Only events of this name"),
    ];
}
