namespace EventDock.Cli.Grammar;

using System.Globalization;

/// <summary>
/// docker's flag grammar: --flag value, --flag=value, -f value, -fvalue, -f=value, bundles (-it, -itd, -ite NAME=value),
/// -- ends the flags, and so does the first argument of run, create and exec.
/// </summary>
public static class FlagGrammar
{
    private const string NotABool = "strconv.ParseBool: parsing ", NotAnInt = "strconv.ParseInt: parsing ";

    /// <param name="args">What follows the verb.</param>
    public static Either<GrammarError, ParsedArgs> Parse(VerbGrammar verb, IReadOnlyList<string> args)
    {
        var reading = new Reading(verb, args);
        return reading.Run() is { } error ? error
            : reading.Help || verb.Arity.Allows(reading.Arguments.Count + (reading.HasInstead ? 1 : 0)) ? reading.Result
            : new GrammarError.WrongCount(verb.Name, verb.Arity.Rule);
    }

    private sealed class Reading(VerbGrammar verb, IReadOnlyList<string> args)
    {
        private readonly Dictionary<string, Seq<string>> values = new(StringComparer.Ordinal);
        private int next;

        public List<string> Arguments { get; } = [];

        public bool Help => values.TryGetValue(VerbGrammar.HelpFlag.Long, out var given) && given[^1] == "true";

        public bool HasInstead => verb.Instead is { } flag && values.ContainsKey(flag);

        public ParsedArgs Result => new(verb, values, Arguments.ToSeq());

        public GrammarError? Run()
        {
            while (next < args.Count)
            {
                var word = args[next++];
                if (word == "--" || (!IsFlag(word) && !verb.Interspersed))
                {
                    Arguments.AddRange(args.Skip(word == "--" ? next : next - 1));
                    return null;
                }

                if (!IsFlag(word))
                {
                    Arguments.Add(word);
                }
                else if ((word[1] == '-' ? Long(word) : Bundle(word)) is { } error)
                {
                    return error;
                }
            }

            return null;
        }

        private static bool IsFlag(string word) => word.Length > 1 && word[0] == '-';

        private GrammarError? Long(string word)
        {
            if (word[2] is '-' or '=')
            {
                return new GrammarError.BadFlagSyntax(word);
            }

            var equals = word.IndexOf('=');
            var name = equals < 0 ? word[2..] : word[2..equals];
            return verb.Long(name) is not { } flag ? new GrammarError.UnknownFlag(name)
                : equals >= 0 ? Take(flag, word[(equals + 1)..])
                : flag.Kind == FlagKind.Switch ? Take(flag, "true")
                : FromNext(flag, word);
        }

        private GrammarError? Bundle(string word)
        {
            for (var rest = word[1..]; rest.Length > 0;)
            {
                if (verb.Short(rest[0]) is not { } flag)
                {
                    return new GrammarError.UnknownShorthand(rest[0], rest);
                }

                if (rest.Length > 2 && rest[1] == '=')
                {
                    return Take(flag, rest[2..]);
                }

                if (flag.Kind != FlagKind.Switch)
                {
                    return rest.Length > 1 ? Take(flag, rest[1..]) : FromNext(flag, $"'{rest[0]}' in -{rest}");
                }

                if (Take(flag, "true") is { } error)
                {
                    return error;
                }

                rest = rest[1..];
            }

            return null;
        }

        private GrammarError? FromNext(Flag flag, string written) =>
            !flag.Supported ? Refused(flag)
            : next < args.Count ? Take(flag, args[next++])
            : new GrammarError.NoValue(written);

        private GrammarError? Take(Flag flag, string value)
        {
            if (!flag.Supported)
            {
                return Refused(flag);
            }

            var key = flag.Means ?? flag.Long;
            switch (flag.Kind)
            {
                case FlagKind.Switch when Domain.Kernel.GoBool.Read(value) is { } on:
                    values[key] = Seq1(on ? "true" : "false");
                    return null;

                case FlagKind.Switch:
                    return new GrammarError.BadValue(value, flag.Display, NotABool + Syntax(value));

                case FlagKind.Number when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _):
                    values[key] = Seq1(value);
                    return null;

                case FlagKind.Number:
                    return new GrammarError.BadValue(value, flag.Display, NotAnInt + Syntax(value));

                default:
                    values[key] = flag.Kind == FlagKind.List && values.TryGetValue(key, out var before)
                        ? before.Add(value)
                        : Seq1(value);
                    return null;
            }
        }

        private static string Syntax(string value)
        {
            var digits = value.AsSpan().TrimStart("+-");
            var tooLarge = digits.Length > 0 && digits.IndexOfAnyExceptInRange('0', '9') < 0;
            return $"{Domain.Kernel.GoQuote.Quote(value)}: {(tooLarge ? "value out of range" : "invalid syntax")}";
        }

        private GrammarError Refused(Flag flag) => new GrammarError.NotSupportedYet($"--{flag.Long} of \"eventdock {verb.Name}\"");
    }
}
