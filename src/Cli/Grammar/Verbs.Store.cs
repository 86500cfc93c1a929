namespace EventDock.Cli.Grammar;

/// <summary>The verbs that look after what is on disk.</summary>
public static partial class Verbs
{
    public static VerbGrammar Check => Verb(
        "check", "Compare ledger, views and disk, and tell what is not as it should be", "", Exactly(0),
        [Switch("deep", "Read every blob, too, and unpack each layer again beside the one that is there")]);
}
