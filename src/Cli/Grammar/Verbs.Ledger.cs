namespace EventDock.Cli.Grammar;

/// <summary>The verbs that docker has not.</summary>
public static partial class Verbs
{
    public static VerbGrammar Version => Verb("version", "Show the version of EventDock and of what it uses", "", Exactly(0),
        [Text("format", 'f', "template", "Only what a Go template names")], Later("kubeconfig"));

    public static VerbGrammar Bookmark => Verb("bookmark", "Give a moment a name, or list the names there are", "[NAME [MOMENT]]", new Arity(0, 2),
        [Switch("delete", 'd', "Take the name away"), RowFormat]);

    public static VerbGrammar Show => Verb("show", "Show one event in full, and what it changed in each view", "[MOMENT|EVENT]", new Arity(0, 1),
        [Text("format", "json", "As one JSON document")]);

    public static VerbGrammar Reflog => Verb("reflog", "Show every image that a tag has named, newest first", "TAG", Exactly(1), [.. AsOf, RowFormat, NoTrunc]);

    public static VerbGrammar Rebuild => Verb("rebuild", "Fold views again from the first event on, beside those in use", "[VIEW...]", AtLeast(0));

    public static VerbGrammar LedgerViews => Verb("ledger views", "Print a checksum of each view", "", Exactly(0),
    [
        Text("at", "position", "As of this position instead of the last"),
        Text("format", "json", "One line of JSON a view"),
    ]);

    public static VerbGrammar LedgerRedact => Verb(
        "ledger redact", "Take what an event holds out of the ledger; its proofs still hold", "POSITION...", AtLeast(1),
    [
        Switch("data", "Only what happened (without these two, both go)"),
        Switch("headers", "Only who, where and with which command line"),
        Text("reason", "text", "Why; it stays in the ledger"),
    ]);

    public static VerbGrammar LedgerSeal => Verb(
        "ledger seal", "Write the oldest events to signed files, from which everything goes on working", "", Exactly(0),
    [
        Text("before", "time|position", "Only what was recorded before"),
        Switch("drop", "Then drop the rows of what stands in those files"),
    ]);

    public static VerbGrammar Adopt => Verb("adopt", "Accept this ledger for this root, after they have been parted", "", Exactly(0), []);

    public static VerbGrammar DbStatus => Verb("db status", "Show where the ledger is and whether it answers", "", Exactly(0), []);

    public static VerbGrammar DbStop => Verb("db stop", "Stop the private Postgres cluster", "", Exactly(0), []);

    public static VerbGrammar DbBackup => Verb(
        "db backup", "Write the ledger to a new file, while commands go on", "FILE|DIR", Exactly(1), []);

    public static VerbGrammar DbRestore => Verb("db restore", "Put a backup in the ledger's place", "FILE", Exactly(1),
        [Switch("replace", "Also where that holds events")]);

    public static VerbGrammar DbUpgrade => Verb(
        "db upgrade", "Move the private cluster to the newest Postgres that is installed", "", Exactly(0), []);

    public static VerbGrammar DbUrl => Verb("db url", "Print the ledger's address, as psql takes it", "", Exactly(0),
        [Text("role", "engine|audit|owner", "As whom (owner, if not said)")]);
}
