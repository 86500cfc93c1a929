namespace EventDock.Cli.Grammar;

/// <summary>The verbs of checkpoints and proofs.</summary>
public static partial class Verbs
{
    public static VerbGrammar LedgerExport => Verb(
        "ledger export", "Print events with the bytes that were hashed, and a signed checkpoint", "", Exactly(0),
    [
        Text("from", "position", "Begin there"),
        Text("to", "position", "End there"),
    ]);

    public static VerbGrammar LedgerImport => Verb(
        "ledger import", "Make an export the ledger of a root that has none", "[FILE|-]", new Arity(0, 1),
        [Text("key", "key", "Whom to trust for its checkpoint, as ledger key prints it")]);

    public static VerbGrammar LedgerVerify => Verb(
        "ledger verify", "Recompute chain and tree, and tell what is not as it was recorded", "", Exactly(0),
    [
        Text("checkpoint", "file", "Compare with a checkpoint that was kept elsewhere"),
        Text("from", "position", "Begin there"),
        Text("key", "key", "Whom to trust for the checkpoint, as ledger key prints it"),
        Text("to", "position", "End there"),
        Switch("views", "Fold all events again, and compare the views"),
    ]);

    public static VerbGrammar LedgerCheckpoint => Verb(
        "ledger checkpoint", "Print a signed statement of what the ledger is now", "", Exactly(0), []);

    public static VerbGrammar LedgerKey => Verb(
        "ledger key", "Print the key that checkpoints are signed with", "", Exactly(0), []);

    public static VerbGrammar LedgerAnchor => Verb(
        "ledger anchor", "Hand a checkpoint to the configured keepers", "", Exactly(0), [Switch("due", "Only where it is time")]);

    public static VerbGrammar LedgerProve => Verb(
        "ledger prove", "Print a proof that an event is in the ledger", "POSITION", Exactly(1), []);

    public static VerbGrammar LedgerConsistency => Verb(
        "ledger consistency", "Print a proof that the ledger only added to an earlier checkpoint", "OLD [NEW]", new Arity(1, 2), []);

    public static VerbGrammar LedgerCheckProof => Verb(
        "ledger check-proof", "Check a proof or a checkpoint; needs neither ledger nor root", "FILE|-", Exactly(1),
    [
        Text("key", "key", "Whom to trust, as ledger key prints it"),
        Text("old", "file", "The checkpoint you hold: a consistency proof must begin there"),
    ]);
}
