namespace EventDock.Cli.Grammar;

/// <summary>A command line that obeys its verb's grammar: every flag is known and every value of its kind.</summary>
public sealed class ParsedArgs
{
    private readonly IReadOnlyDictionary<string, Seq<string>> values;

    public ParsedArgs(VerbGrammar verb, IReadOnlyDictionary<string, Seq<string>> values, Seq<string> arguments) =>
        (Verb, this.values, Arguments) = (verb, values, arguments);

    public VerbGrammar Verb { get; }

    /// <summary>What is no flag, in order.</summary>
    public Seq<string> Arguments { get; }

    /// <summary>The flag was given.</summary>
    public bool Has(string flag) => values.ContainsKey(Known(flag).Long);

    /// <summary>A switch.</summary>
    public bool On(string flag) =>
        values.TryGetValue(flag, out var given) ? given[^1] == "true" : Known(flag).On;

    /// <summary>The value of a text flag; null where it was not given.</summary>
    public string? Text(string flag) => values.TryGetValue(Known(flag).Long, out var given) ? given[^1] : null;

    /// <summary>The value of a number flag; null where it was not given.</summary>
    public long? Number(string flag) =>
        Text(flag) is { } text ? long.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>All values of a list flag, in order.</summary>
    public Seq<string> All(string flag) => values.TryGetValue(Known(flag).Long, out var given) ? given : Seq<string>();

    /// <summary>
    /// The same command line in a form that leaves nothing to interpret: the verb, --flag=value for each value, a bare --, the
    /// arguments. Reading it again gives the same.
    /// </summary>
    public string[] Canonical() => Words("");

    /// <summary>
    /// The same for System.CommandLine: each value and argument begins with <see cref="Guard"/>, since its parser does not take
    /// an empty one for what it is; <see cref="CommandTree.Bind"/> takes the mark off again.
    /// </summary>
    public string[] Guarded() => Words(Guard);

    internal const string Guard = ":";

    private string[] Words(string guard)
    {
        var words = new List<string>(Verb.Name.Split(' '));
        foreach (var flag in Verb.Flags)
        {
            if (values.TryGetValue(flag.Long, out var given))
            {
                var mark = flag.Kind == FlagKind.Switch ? "" : guard;
                words.AddRange((flag.Kind == FlagKind.List ? given : Seq1(given[^1])).Map(v => $"--{flag.Long}={mark}{v}"));
            }
        }

        words.Add("--");
        words.AddRange(Arguments.Map(a => guard + a));
        return words.ToArray();
    }

    // A flag that the verb does not have is a slip of the caller, not of the user.
    private Flag Known(string flag) =>
        Verb.Long(flag) ?? throw new System.Diagnostics.UnreachableException($"{Verb.Name} has no --{flag}");
}
