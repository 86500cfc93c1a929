namespace EventDock.Domain.Containers;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>Files of --env-file and --label-file, and labels, by docker's rules.</summary>
public static class KeyValueText
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>NAME=value of each line that is not empty and no comment.</summary>
    /// <param name="file">How errors name it.</param>
    /// <param name="own">The value of a name that stands alone; None leaves it out.</param>
    public static Either<DomainError, Seq<string>> Lines(string file, byte[] content, Func<string, Option<string>> own)
    {
        string text;
        try
        {
            text = Strict.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return new DomainError.BadContent(file, "contains invalid utf8 bytes");
        }

        // A mark of the byte order says nothing in UTF-8, and editors put it there.
        return text.TrimStart('\ufeff').Split('\n').ToSeq().Strict()
            .Map(line => line.TrimEnd('\r').TrimStart())
            .Filter(line => line.Length > 0 && line[0] != '#')
            .Strict()
            .All(line => Pair(file, line, own))
            .Map(pairs => pairs.Bind(p => p.ToSeq()).Strict());
    }

    /// <summary>A label on the command line: KEY, or KEY=value.</summary>
    public static Either<DomainError, string> Label(string text)
    {
        var key = Key(text).TrimStart(' ', '\t');
        return key.Length == 0 ? Bad($"invalid label '{text}': empty name")
            : key.IndexOfAny([' ', '\t']) >= 0 ? Bad($"label '{key}' contains whitespaces")
            : text;

        DomainError Bad(string reason) => new DomainError.BadFlag("-l, --label", text, reason);
    }

    /// <summary>The labels under, with those over them; in the order of their keys.</summary>
    public static Seq<Label> Over(Seq<Label> under, Seq<string> over)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        under.Iter(label => { merged[label.Key] = label.Value; });
        over.Iter(text => { merged[Key(text)] = text.Length > Key(text).Length ? text[(Key(text).Length + 1)..] : ""; });
        return merged.Select(pair => new Label(pair.Key, pair.Value)).ToSeq().Strict();
    }

    private static Either<DomainError, Option<string>> Pair(string file, string line, Func<string, Option<string>> own)
    {
        var name = Key(line);
        return name.IndexOfAny([' ', '\t']) >= 0
                ? new DomainError.BadContent(file, $"variable '{name}' contains whitespaces")
            : name.Length == 0 ? new DomainError.BadContent(file, $"no variable name on line '{line}'")
            : name.Length < line.Length ? Some(line)
            : own(name).Map(value => $"{name}={value}");
    }

    private static string Key(string text) => text.IndexOf('=') is var equals and >= 0 ? text[..equals] : text;
}
