namespace EventDock.Cli.Grammar;

using EventDock.Projections;

/// <summary>What a shell can be offered for a word.</summary>
/// <param name="Words">Each with what it is about; those that begin with the word that is being typed.</param>
/// <param name="Names">Names of which kinds would fit, too.</param>
/// <param name="Before">What stands before each name: of <c>--image=we</c>, <c>--image=</c>.</param>
/// <param name="After">What stands behind each name: a colon, where a path follows.</param>
/// <param name="Files">Names of files would fit, too.</param>
/// <param name="Open">The word goes on: no blank after it.</param>
public sealed record Completing(
    IReadOnlyList<(string Word, string About)> Words, IReadOnlySet<NameKind> Names, string Before, string After, bool Files, bool Open)
{
    private static readonly IReadOnlySet<NameKind> NoNames = new System.Collections.Generic.HashSet<NameKind>();

    private static readonly Completing Nothing = new([], NoNames, "", "", false, false);

    /// <param name="words">What has been typed after the program's name; the last is the word that is being typed, and may be empty.</param>
    public static Completing Of(IReadOnlyList<string> words)
    {
        if (words.Count == 0)
        {
            return Nothing;
        }

        var (before, word) = (words.Take(words.Count - 1).ToArray(), words[^1]);
        return before.Length == 0 ? Offered(First(), word)
            : before.Length == 1 && (before[0] == "help" || Verbs.Find(before[0]) is null) ? Offered(before[0] == "help" ? First() : Second(before[0]), word)
            : CommandLine.Name(before) is var (name, rest) && Verbs.Find(name) is { } verb ? Of(verb, rest, word)
            : Nothing;
    }

    private static IEnumerable<(string, string)> First() =>
        Verbs.Names.Select(name => name.Split(' ') is [var group, _] && Verbs.Find(group) is null ? (group, Verbs.About(group) ?? "") : (name, Verbs.Find(name)!.Help))
            .Where(pair => !pair.Item1.Contains(' ')).Append(("help", "Show help")).DistinctBy(pair => pair.Item1);

    private static IEnumerable<(string, string)> Second(string group) =>
        Verbs.Names.Where(name => name.StartsWith(group + " ", StringComparison.Ordinal)).Select(name => (name[(group.Length + 1)..], Verbs.Find(name)!.Help))
            .Concat(Verbs.Spellings(group).Select(s => (s.Word, Verbs.Find(s.Verb)?.Help ?? ""))).DistinctBy(pair => pair.Item1);

    private static Completing Of(VerbGrammar verb, IReadOnlyList<string> rest, string word)
    {
        // A group's own verb, such as images of image: its second word may still be coming.
        var place = Place(verb, rest);
        return place.Flag is { } flag ? Values(flag.Long, flag.Value, word, "")
            : place.Flags && word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=') is var equals and > 0
                ? verb.Long(word[2..equals]) is { } named ? Values(named.Long, named.Value, word[(equals + 1)..], word[..(equals + 1)]) : Nothing
            : place.Flags && word.StartsWith('-')
                ? Offered(verb.Flags.Where(f => f.Supported && f.Means is null).Append(VerbGrammar.HelpFlag).Select(f => ($"--{f.Long}", f.Help)), word)
            : Argument(verb, place.Arguments, word);
    }

    /// <summary>Where the next word stands.</summary>
    /// <param name="Flag">It is this flag's value.</param>
    /// <param name="Flags">It may be a flag.</param>
    private sealed record Placed(Flag? Flag, bool Flags, int Arguments);

    private static Placed Place(VerbGrammar verb, IReadOnlyList<string> rest)
    {
        var (arguments, flags) = (0, true);
        Flag? waiting = null;
        foreach (var word in rest)
        {
            if (waiting is not null)
            {
                waiting = null;
            }
            else if (!flags || word.Length < 2 || word[0] != '-')
            {
                arguments++;
                flags &= verb.Interspersed;
            }
            else if (word == "--")
            {
                flags = false;
            }
            else if (!word.Contains('='))
            {
                var flag = word[1] == '-' ? verb.Long(word[2..]) : verb.Short(word[^1]);
                waiting = flag is { Kind: not FlagKind.Switch } ? flag : null;
            }
        }

        return new Placed(waiting, flags, arguments);
    }

    /// <summary>The usage says what stands where: <c>CONTAINER [CONTAINER...]</c>, <c>IMAGE [COMMAND]</c>.</summary>
    private static Completing Argument(VerbGrammar verb, int place, string word)
    {
        if (verb.Name == "cp")
        {
            return new Completing([], new System.Collections.Generic.HashSet<NameKind> { NameKind.Container }, "", ":", Files: true, Open: true);
        }

        var places = verb.Arguments.Replace("[:TAG|@DIGEST]", ":TAG", StringComparison.Ordinal).Replace("[:TAG]", ":TAG", StringComparison.Ordinal)
            .Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
            .Replace(" | ", "|", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return places.Length == 0 || (place >= places.Length && !places[^1].EndsWith("...", StringComparison.Ordinal))
            ? Nothing
            : Values(verb.Name, places[Math.Min(place, places.Length - 1)].Replace("...", "", StringComparison.Ordinal), word, "");
    }

    /// <param name="owner">The flag, or the verb.</param>
    /// <param name="value">What the grammar calls the value.</param>
    private static Completing Values(string owner, string value, string word, string before)
    {
        var parts = value.Split('|');
        var names = parts.SelectMany(part => Kinds(owner, part)).ToHashSet();
        var literals = (owner, value) switch
        {
            ("type", "event") => Domain.Kernel.EventCodec.Kinds.Map(kind => (kind.Name, "")).ToArray(),
            ("format", "template") or ("user", _) => [],
            (_, "json") => [("json", "")],
            _ when parts.Length > 1 => parts.Where(IsLiteral).Select(part => (part, "")).ToArray(),
            _ => [],
        };
        return new Completing(
            literals.Where(l => l.Item1.StartsWith(word, StringComparison.Ordinal)).Select(l => (before + l.Item1, l.Item2)).ToArray(),
            names, before, "", parts.Any(part => part is "FILE" or "PATH" or "DIR" or "file" or "path" or "dir"), false);
    }

    private static NameKind[] Kinds(string owner, string part) => part switch
    {
        "CONTAINER" when owner == "restore" => [NameKind.Removed],
        "container[@moment]" => [NameKind.Container, NameKind.Removed],
        "CONTAINER" or "container" => [NameKind.Container],
        "IMAGE" or "image" or "SOURCE_IMAGE:TAG" or "TARGET_IMAGE:TAG" or "NAME:TAG" or "REPOSITORY:TAG" or "TAG" => [NameKind.Image],
        "AFTER..UNTIL" or "MOMENT" or "moment" or "EVENT" => [NameKind.Bookmark],
        "NAME" when owner == "bookmark" => [NameKind.Bookmark],
        "NAME" when owner == "inspect" => [NameKind.Container, NameKind.Image],
        _ => [],
    };

    /// <summary>Not a word for what could stand there, but the very word.</summary>
    private static bool IsLiteral(string part) =>
        part.All(c => char.IsAsciiLetterLower(c) || c == '-' || char.IsAsciiDigit(c)) && part is not ("time" or "position" or "name" or "uid" or "gid" or "moment");

    private static Completing Offered(IEnumerable<(string Word, string About)> words, string begun) =>
        Nothing with { Words = words.Where(pair => pair.Word.StartsWith(begun, StringComparison.Ordinal)).ToArray() };
}
