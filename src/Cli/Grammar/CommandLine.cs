namespace EventDock.Cli.Grammar;

using EventDock.Domain.Containers;

/// <summary>A whole command line, read: what is to be done.</summary>
public abstract record Request
{
    private Request() { }

    /// <summary>Carry out a verb.</summary>
    public sealed record Invoke(ParsedArgs Args) : Request;

    /// <summary>Explain a verb, or with an empty name the program.</summary>
    public sealed record Help(string Verb) : Request;

    /// <summary>A shell asks what could come next (System.CommandLine's suggest directive).</summary>
    public sealed record Suggest(Seq<string> Asked) : Request;

    /// <summary>
    /// The words for System.CommandLine's parser: nothing is left in them that its grammar reads otherwise than docker's.
    /// </summary>
    public string[] Words => this switch
    {
        Invoke r => r.Args.Guarded(),
        Help { Verb: "" } => ["--help"],
        Help r => [.. r.Verb.Split(' '), "--help"],
        Suggest r => r.Asked.ToArray(),
        _ => throw new System.Diagnostics.UnreachableException(GetType().Name),
    };

    /// <summary>The verb whose flags are needed; null for all of them.</summary>
    public string? VerbName => this switch
    {
        Invoke r => r.Args.Verb.Name,
        Help { Verb: not "" } r => r.Verb,
        _ => null,
    };
}

/// <summary>From the words of a command line to a request.</summary>
public static class CommandLine
{
    public static Either<GrammarError, Request> Read(IReadOnlyList<string> args) =>
        Verbs.Leading(args) is > 0 and var flags ? Read([.. args.Skip(flags)], [.. args.Take(flags)]) : Read(args, []);

    /// <param name="flags">What stood before the verb; it is read as if it stood behind.</param>
    private static Either<GrammarError, Request> Read(IReadOnlyList<string> args, IReadOnlyList<string> flags)
    {
        if (args.Count == 0 && flags.Count > 0 && Verbs.Leading([.. flags, ""]) > flags.Count)
        {
            return new GrammarError.NoValue(flags[^1]);
        }

        if (args.Count == 0 || args[0] is "--help" or "-h" || (args[0] == "help" && args.Count == 1))
        {
            return new Request.Help("");
        }

        if (args[0].StartsWith("[suggest", StringComparison.Ordinal))
        {
            return new Request.Suggest(args.ToSeq());
        }

        // docker's --version; and its `help run`.
        var words = args[0] is "--version" or "-v" ? ["version", .. args.Skip(1)]
            : args[0] == "help" ? [.. args.Skip(1), "--help"]
            : args;
        var (name, rest) = Name(words);
        return Verbs.Find(name) is { } verb ? FlagGrammar.Parse(verb, [.. flags, .. rest]).Map(Wanted)
            : IsGroup(name) && (rest.Count == 0 || rest.Any(w => w is "--help" or "-h")) ? new Request.Help(Verbs.About(name) is null ? "" : name)
            : Unknown(name);
    }

    /// <summary>The verb's name in full, also where a group spells it otherwise, and the words after it; flags before it are passed over.</summary>
    public static (string Name, IReadOnlyList<string> Words) Name(IReadOnlyList<string> args) =>
        Verbs.Leading(args) is > 0 and var flags ? Name([.. args.Skip(flags)])
        : args.Count >= 2 && Verbs.About(args[0]) is not null && Verbs.Find($"{args[0]} {args[1]}") is { } own ? (own.Name, args.Skip(2).ToArray())
        : args.Count >= 2 && Verbs.Managed(args[0], args[1]) is { } verb ? (verb, args.Skip(2).ToArray())
        : args.Count >= 2 && IsGroup(args[0]) && args[1] is not ("--help" or "-h") ? ($"{args[0]} {args[1]}", args.Skip(2).ToArray())
        : args.Count >= 1 ? (args[0], args.Skip(1).ToArray())
        : ("", []);

    /// <summary>The command line as it is recorded, the verb as typed: no value of -e, --env or --build-arg is in it.</summary>
    public static Seq<string> Masked(IReadOnlyList<string> args)
    {
        var (name, rest) = Name(args);
        var verb = args.Take(args.Count - rest.Count).ToSeq();
        return Verbs.Find(name) is { } grammar
            ? verb + CommandMask.Mask(grammar.Mask, rest.ToSeq())
            : CommandMask.Mask(Nothing, args.ToSeq());
    }

    /// <summary>Of a verb that does not exist nobody knows what its words mean.</summary>
    private static readonly MaskGrammar Nothing = new(false, _ => null, _ => null);

    private static Request Wanted(ParsedArgs args) =>
        args.On(VerbGrammar.HelpFlag.Long) ? new Request.Help(args.Verb.Name) : new Request.Invoke(args);

    private static bool IsGroup(string word) => word is "builder" || Verbs.About(word) is not null;

    private static GrammarError Unknown(string name)
    {
        var first = name.Split(' ')[0];
        return Verbs.IsToCome(first) ? new GrammarError.NotSupportedYet($"eventdock {name}")
            : Verbs.IsGlobalToCome(name) ? new GrammarError.NotSupportedYet(name.Split('=')[0])
            : name.StartsWith("--", StringComparison.Ordinal) ? new GrammarError.UnknownFlag(name[2..].Split('=')[0])
            : name.Length > 1 && name[0] == '-' ? new GrammarError.UnknownShorthand(name[1], name[1..])
            : new GrammarError.UnknownCommand(name);
    }
}
