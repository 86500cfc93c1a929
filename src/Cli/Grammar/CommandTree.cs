namespace EventDock.Cli.Grammar;

using System.CommandLine;
using System.CommandLine.Parsing;

/// <summary>
/// The verbs' tables as System.CommandLine's commands: help, completion and the call of a verb's handler are its work. Its
/// own grammar is not docker's, so it is given the words of a <see cref="Request"/> only.
/// </summary>
public static class CommandTree
{
    public const string About = "EventDock: images, layers and containers as docker has them, every step an event in Postgres";

    /// <summary>For parsing with the tree: no @file, no bundles; docker's grammar has been applied before.</summary>
    public static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <param name="handlers">By the verb's name; the answer is the exit code. A verb without one is left out.</param>
    /// <param name="only">The one verb whose flags are wanted (the others stand in the tree by name); null for all.</param>
    public static Command Build(
        IReadOnlyDictionary<string, Func<ParsedArgs, CancellationToken, Task<int>>> handlers, string? only)
    {
        // Not the library's own root and help option: they read their texts from resources, for every command, and are replaced anyway.
        var root = new Command("eventdock", About);
        root.Options.Add(new Option<bool>("--help") { Action = new ShowHelp(), Recursive = true });

        foreach (var name in Verbs.Names)
        {
            if (!handlers.TryGetValue(name, out var handler))
            {
                continue;
            }

            var words = name.Split(' ');
            var command = only is null || only == name || only == words[0]
                ? Command(Verbs.Find(name)!, words[^1], handler)
                : new Command(words[^1]) { Hidden = true };
            Parent(root, words).Subcommands.Add(command);
        }

        return root;
    }

    /// <summary>What System.CommandLine has understood, in the grammar's terms.</summary>
    public static ParsedArgs Bind(VerbGrammar verb, ParseResult result)
    {
        var values = new Dictionary<string, Seq<string>>(StringComparer.Ordinal);
        foreach (var child in result.CommandResult.Children)
        {
            if (child is OptionResult { Implicit: false } option && verb.Long(option.Option.Name.TrimStart('-')) is { } flag)
            {
                values[flag.Long] = Texts(option, flag.Kind == FlagKind.Switch ? 0 : ParsedArgs.Guard.Length);
            }
        }

        var arguments = result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => Texts(a, ParsedArgs.Guard.Length));
        return new ParsedArgs(verb, values, arguments.ToSeq().Strict());
    }

    private static Seq<string> Texts(SymbolResult result, int guard) =>
        result.Tokens.Select(t => t.Value[guard..]).ToSeq().Strict();

    private sealed class ShowHelp : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override bool Terminating => true;

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult result)
        {
            var words = new List<string>();
            for (SymbolResult? at = result.CommandResult; at is CommandResult { Parent: not null } command; at = at.Parent)
            {
                words.Insert(0, command.Command.Name);
            }

            var name = string.Join(' ', words);
            result.InvocationConfiguration.Output.Write(Verbs.Find(name) is { } verb ? HelpText.Of(verb) : HelpText.Of(name));
            return 0;
        }
    }

    private static Command Parent(Command root, string[] words)
    {
        if (words.Length == 1)
        {
            return root;
        }

        if (root.Subcommands.FirstOrDefault(c => c.Name == words[0]) is { } group)
        {
            return group;
        }

        var made = new Command(words[0], Verbs.About(words[0]));
        root.Subcommands.Add(made);
        return made;
    }

    private static Command Command(VerbGrammar verb, string name, Func<ParsedArgs, CancellationToken, Task<int>> handler)
    {
        var command = new Command(name, verb.Help) { TreatUnmatchedTokensAsErrors = true };
        foreach (var flag in verb.Flags)
        {
            // What is refused or is another spelling never gets here.
            if (flag.Supported && flag.Means is null)
            {
                command.Options.Add(Option(flag));
            }
        }

        if (verb.Arity.Max != 0)
        {
            // An array of at most one element is not parsed as one.
            Argument argument = verb.Arity.Max == 1
                ? new Argument<string>(verb.Arguments)
                : new Argument<string[]>(verb.Arguments);
            argument.Arity = new ArgumentArity(verb.Instead is null ? verb.Arity.Min : 0, verb.Arity.Max ?? 100_000);
            command.Arguments.Add(argument);
        }

        command.SetAction((result, cancel) => handler(Bind(verb, result), cancel));
        return command;
    }

    /// <summary>Values stay text, checked before; a switch is typed for the sake of its help.</summary>
    private static Option Option(Flag flag)
    {
        var names = flag.Short is { } letter ? new[] { $"-{letter}" } : [];
        Option option = flag.Kind switch
        {
            FlagKind.Switch => new Option<bool>($"--{flag.Long}", names),
            FlagKind.List => new Option<string[]>($"--{flag.Long}", names) { Arity = ArgumentArity.OneOrMore },
            _ => new Option<string>($"--{flag.Long}", names),
        };
        option.Description = flag.Help;
        option.HelpName = flag.Value.Length > 0 ? flag.Value : null;
        return option;
    }
}
