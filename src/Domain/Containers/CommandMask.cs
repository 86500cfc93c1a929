namespace EventDock.Domain.Containers;

/// <summary>What the mask must know of a flag.</summary>
public enum FlagShape
{
    /// <summary>Stands alone, or has its value after an equals sign.</summary>
    Switch,

    /// <summary>Takes a value.</summary>
    Value,

    /// <summary>Takes NAME=value, and the value is nobody's business.</summary>
    Secret,

    /// <summary>Takes a value that is nobody's business as a whole.</summary>
    Password,
}

/// <summary>What the mask must know of a verb; the command line's grammar tables give it.</summary>
/// <param name="StopsAtPositional">Flags end at the first argument that is none (run, create, exec).</param>
/// <param name="Long">The shape of --name; null where there is no such flag.</param>
/// <param name="Short">The shape of -x; null likewise.</param>
public sealed record MaskGrammar(bool StopsAtPositional, Func<string, FlagShape?> Long, Func<char, FlagShape?> Short);

/// <summary>
/// Takes the values of -e, --env, --build-arg and --password out of a command line, so that it can be recorded. Names stay, and so does
/// everything after the image or container of run, create and exec: positional arguments are recorded as typed.
/// </summary>
public static class CommandMask
{
    public const string Hidden = "***";

    /// <summary>
    /// A line that will be refused is recorded, too: after a flag that the grammar does not know nobody can tell what is a
    /// value, so from there on whatever follows an equals sign is hidden.
    /// </summary>
    /// <param name="arguments">After the verb.</param>
    public static Seq<string> Mask(MaskGrammar grammar, Seq<string> arguments)
    {
        var words = arguments.ToArray();
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i].Length < 2 || words[i][0] != '-')
            {
                if (grammar.StopsAtPositional)
                {
                    break;
                }

                continue;
            }

            if (words[i] == "--")
            {
                break;
            }

            var read = words[i][1] == '-' ? Long(grammar, words[i]) : Short(grammar, words[i]);
            if (read.Unknown)
            {
                return words.Take(i).Concat(words.Skip(i).Select(Pair)).ToSeq();
            }

            words[i] = read.Text;
            if (read.Next is { } next && ++i < words.Length)
            {
                words[i] = Value(next, words[i]);
            }
        }

        return words.ToSeq();
    }

    /// <summary>A word as it is recorded.</summary>
    /// <param name="Next">The shape of the flag whose value the next word is; null where none is.</param>
    private readonly record struct Read(string Text, FlagShape? Next = null, bool Unknown = false);

    private static Read Long(MaskGrammar grammar, string word)
    {
        var equals = word.IndexOf('=');
        var name = equals < 0 ? word[2..] : word[2..equals];
        return grammar.Long(name) switch
        {
            null => new Read(word, Unknown: true),
            FlagShape.Switch => new Read(word),
            var shape when equals < 0 => new Read(word, shape),
            { } shape => new Read($"--{name}={Value(shape, word[(equals + 1)..])}"),
        };
    }

    /// <summary>-itd, -eNAME=value, -e=NAME=value, -ite NAME=value.</summary>
    private static Read Short(MaskGrammar grammar, string word)
    {
        for (var i = 1; i < word.Length; i++)
        {
            var rest = word[(i + 1)..];
            switch (grammar.Short(word[i]))
            {
                case null:
                    return new Read(word, Unknown: true);

                // -t=true: the rest is the switch's value.
                case FlagShape.Switch when rest.Length > 1 && rest[0] == '=':
                    return new Read(word);

                case FlagShape.Switch:
                    continue;

                case { } shape when rest.Length == 0:
                    return new Read(word, shape);

                case FlagShape.Value:
                    return new Read(word);
            }

            var value = rest.Length > 1 && rest[0] == '=' ? rest[1..] : rest;
            return new Read(word[..^value.Length] + Value(grammar.Short(word[i])!.Value, value));
        }

        return new Read(word);
    }

    private static string Value(FlagShape shape, string text) => shape switch
    {
        FlagShape.Secret => Pair(text),
        FlagShape.Password => Hidden,
        _ => text,
    };

    /// <summary>NAME=value without the value; a name alone stays.</summary>
    private static string Pair(string text) =>
        text.IndexOf('=') is var equals and >= 0 ? $"{text[..equals]}={Hidden}" : text;
}
