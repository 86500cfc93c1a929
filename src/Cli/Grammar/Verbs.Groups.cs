namespace EventDock.Cli.Grammar;

/// <summary>Verbs of two words: EventDock's own, and docker's longer spellings of those of one.</summary>
public static partial class Verbs
{
    /// <summary>docker's longer spellings, and the verbs that they mean.</summary>
    private static readonly (string Group, string Words, string? Verb)[] Longer =
    [
        ("container", "ls list ps", "ps"),
        ("container", "run create start stop restart kill pause unpause wait attach exec logs top rename rm export", null),
        ("container", "diff cp commit", null),
        ("image", "ls list", "images"),
        ("image", "rm remove", "rmi"),
        ("image", "build history import load pull push save tag", null),
        ("builder", "build", null),
        ("system", "events info", null),
    ];

    /// <summary>What a group is about; null for a word that is none.</summary>
    public static string? About(string group) => group switch
    {
        "audit" => "What auditors ask",
        "container" => "Containers",
        "db" => "The ledger's database",
        "image" => "Images",
        "layer" => "Layers, committed and thin",
        "ledger" => "What the ledger can prove",
        "system" => "What takes how much room",
        _ => null,
    };

    /// <summary>docker's longer spelling, e.g. <c>container ls</c>, and the verb it means; null where it means none here.</summary>
    public static string? Managed(string group, string word) => Spellings(group).FirstOrDefault(s => s.Word == word).Verb;

    /// <summary>The words that a group has for verbs of one word.</summary>
    public static IEnumerable<(string Word, string Verb)> Spellings(string group) =>
        Longer.Where(l => l.Group == group).SelectMany(l => l.Words.Split(' ').Select(word => (word, l.Verb ?? word)));
}
