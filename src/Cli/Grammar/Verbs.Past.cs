namespace EventDock.Cli.Grammar;

/// <summary>
/// The flags that are the same for all verbs, and may stand before the verb, too: the moment of an answer, and what vouches for it. Each
/// verb takes them or says in a sentence why it does not.
/// </summary>
public static partial class Verbs
{
    private const string AsOfName = "as-of", OccurredName = "occurred", ProofLineName = "proof-line";

    /// <summary>Verbs that change this host or what the ledger stands on, without being operations of the ledger (see Changing).</summary>
    private static readonly string[] ChangingElsewhere =
    [
        "login", "logout", "adopt", "rebuild", "db stop", "db backup", "db restore", "db upgrade", "ledger import", "ledger anchor", "ledger checkpoint",
    ];

    /// <summary>Verbs whose moment is an argument of theirs, and which read the ledger all the same.</summary>
    private static readonly string[] OwnMoment = ["show"];

    private static Flag[] AsOf =>
    [
        Text(AsOfName, "moment", "As it was then: a time, a position of the log, 2h ago, a bookmark"),
        Switch(OccurredName, "That time is one of what happened, not of what was recorded"),
    ];

    /// <summary>Flags that may stand before the verb; help of the whole program lists them.</summary>
    public static Flag[] Global => [.. AsOf, ProofLine];

    /// <summary>How many of the first words are such flags and their values.</summary>
    public static int Leading(IReadOnlyList<string> words)
    {
        var n = 0;
        while (n < words.Count && words[n].StartsWith("--", StringComparison.Ordinal) && IsGlobal(words[n][2..].Split('=')[0]))
        {
            n += words[n] == $"--{AsOfName}" ? 2 : 1;
        }

        return Math.Min(n, words.Count);
    }

    public static bool IsGlobal(string flag) => flag is AsOfName or OccurredName or ProofLineName;

    /// <summary>Why a verb does not take a flag that most others take; null where it does.</summary>
    /// <param name="flag">One for which <see cref="IsGlobal"/> holds.</param>
    public static string? WhyNot(string verb, string flag) =>
        Find(verb)?.Long(flag) is not null ? null
        : IsChanging(verb) || ChangingElsewhere.Contains(verb)
            ? $"{verb} changes things, and takes no --{flag}: "
                + (flag == ProofLineName ? "ledger prove has the proofs of events" : "the past cannot be changed")
            : OfNow(verb) is { } reason ? $"{verb} takes no --{flag}: {reason}"
            : null;

    /// <summary>Of a verb that reads and has no past, why that is.</summary>
    private static string? OfNow(string verb) => verb switch
    {
        "attach" => "it connects to a process of now",
        "audit report" => "its range says which moments",
        "check" => "it compares with the disk, which is as it is now",
        "completion" => "it prints a script",
        "db status" or "db url" => "it tells where the ledger is now",
        "export" => "it reads a container's files as they are now",
        "ledger check-proof" => "it reads a file, and no ledger",
        "ledger consistency" => "its arguments say which two checkpoints",
        "ledger export" or "ledger verify" => "--to says up to which position",
        "ledger key" => "it tells of the key of now",
        "ledger prove" => "its argument says which event",
        "ledger views" => "--at says as of which position",
        "replay" => "its range says which moments",
        "show" => "its argument says which moment",
        "top" => "it shows processes of now, and the ledger does not have those of the past",
        "version" => "it tells of the programs that are installed now",
        "wait" => "it waits for what is to come",
        _ => null,
    };

    private static Flag ProofLine => Switch(ProofLineName, "Say on stderr which position this is an answer of, and which checkpoint has it");

    /// <summary>Whoever answers as of a position can say which.</summary>
    private static bool HasProofLine(VerbGrammar verb) =>
        !IsChanging(verb.Name) && (verb.Long(AsOfName) is not null || OwnMoment.Contains(verb.Name));
}
