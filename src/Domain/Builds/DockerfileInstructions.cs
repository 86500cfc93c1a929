namespace EventDock.Domain.Builds;

using System.Text.Json;
using EventDock.Domain.Oci;

/// <summary>One line of a Dockerfile to one instruction. The wording of a refusal is docker's where docker has one.</summary>
public static class DockerfileInstructions
{
    public sealed record Fault(string Reason);

    private static readonly char[] Blanks = [' ', '\t', '\v', '\f', '\r'];

    public static Either<Fault, Instruction> Parse(DockerfileLines.Logical line, char escape)
    {
        var gap = line.Text.IndexOfAny(Blanks);
        var keyword = (gap < 0 ? line.Text : line.Text[..gap]).ToUpperInvariant();
        var rest = gap < 0 ? "" : line.Text[gap..].Trim();
        return keyword switch
        {
            "FROM" or "COPY" or "RUN" or "CMD" or "ENTRYPOINT" or "ENV" or "WORKDIR" or "USER" =>
                Flagless(keyword, rest).Bind(text => Known(keyword, line, text, escape)),
            "ADD" or "ARG" or "EXPOSE" or "HEALTHCHECK" or "LABEL" or "MAINTAINER" or "ONBUILD" or "SHELL" or "STOPSIGNAL"
                or "VOLUME" => new Fault($"{keyword} is not supported yet"),
            _ => new Fault($"unknown instruction: {keyword}"),
        };
    }

    private static Either<Fault, Instruction> Known(string keyword, DockerfileLines.Logical line, string rest, char escape) =>
        keyword switch
        {
            "FROM" => From(line, rest),
            "COPY" => Copy(line, rest),
            "RUN" => Run(line, rest),
            "CMD" => Form(rest).Map(f => (Instruction)new Instruction.Cmd(line.Line, line.Text, f)),
            "ENTRYPOINT" => Form(rest).Map(f => (Instruction)new Instruction.Entrypoint(line.Line, line.Text, f)),
            "ENV" => Env(line, rest, escape),
            "WORKDIR" => rest.Length == 0 ? One(keyword) : new Instruction.Workdir(line.Line, line.Text, rest),
            _ => rest.Length == 0 ? One(keyword) : new Instruction.User(line.Line, line.Text, rest),
        };

    private static Fault One(string keyword) => new($"{keyword} requires exactly one argument");

    /// <summary>Flags stand before the arguments; a bare -- ends them.</summary>
    private static Either<Fault, string> Flagless(string keyword, string rest)
    {
        if (!rest.StartsWith("--", StringComparison.Ordinal))
        {
            return rest;
        }

        var end = rest.IndexOfAny(Blanks);
        var flag = end < 0 ? rest : rest[..end];
        var name = flag.IndexOf('=') is var equals and > 0 ? flag[..equals] : flag;
        return flag == "--" ? rest[2..].Trim() : new Fault($"{name} of {keyword} is not supported yet");
    }

    private static Either<Fault, Instruction> From(DockerfileLines.Logical line, string rest)
    {
        var words = Words(rest);
        if (words.Count != 1 && !(words.Count == 3 && words[1].Equals("as", StringComparison.OrdinalIgnoreCase)))
        {
            return new Fault("FROM requires either one or three arguments");
        }

        var stage = words.Count == 3 ? words[2].ToLowerInvariant() : null;
        if (stage is not null && !IsStageName(stage))
        {
            return new Fault($"invalid name for build stage: \"{words[2]}\", name can't start with a number or contain symbols");
        }

        var image = words[0];
        if (image.Contains('$'))
        {
            return new Fault($"base name ({image}) should not be blank: FROM has no variables while ARG is not supported");
        }

        // 64 hex digits are no name but may be an image's id.
        return image == "scratch" || (image.Length == 64 && Digest.IsHex(image))
            ? new Instruction.From(line.Line, line.Text, image, stage)
            : ImageReference.Parse(image).Match<Either<Fault, Instruction>>(
                Right: _ => new Instruction.From(line.Line, line.Text, image, stage),
                Left: e => new Fault(
                    $"invalid reference {Kernel.GoQuote.Quote(image)}: {(e is Kernel.DomainError.InvalidReference r ? r.Reason : "invalid reference format")}"));
    }

    private static bool IsStageName(string name) =>
        name[0] is >= 'a' and <= 'z' && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_' or '.');

    private static Either<Fault, Instruction> Copy(DockerfileLines.Logical line, string rest) =>
        Json(rest).Bind(json => json.IsNone && HasHeredoc(rest)
            ? Left<Fault, Seq<string>>(new Fault("heredocs are not supported yet"))
            : json.IfNone(() => Words(rest)))
        .Bind<Instruction>(words => words.Count < 2
            ? new Fault(
                "COPY requires at least two arguments, but only one was provided. Destination could not be determined")
            : new Instruction.Copy(line.Line, line.Text, words.Take(words.Count - 1).ToSeq(), words[^1]));

    private static Either<Fault, Instruction> Run(DockerfileLines.Logical line, string rest) =>
        Form(rest).Bind<Instruction>(form => form switch
        {
            { Arguments.IsEmpty: true } => new Fault("RUN requires at least one argument: no command specified"),
            CommandForm.Shell s when HasHeredoc(s.Text) => new Fault("heredocs are not supported yet"),
            _ => new Instruction.Run(line.Line, line.Text, form),
        });

    /// <summary>
    /// A word such as &lt;&lt;EOF, &lt;&lt;-EOF or 3&lt;&lt;"EOF" outside quotes begins one; &lt;&lt;&lt; and $((1 &lt;&lt; 2))
    /// do not.
    /// </summary>
    private static bool HasHeredoc(string text) =>
        text.Contains("<<", StringComparison.Ordinal) && ShellWords.Split(text, '\\').Exists(word =>
        {
            var rest = word.AsSpan().TrimStart("0123456789");
            if (!rest.StartsWith("<<"))
            {
                return false;
            }

            rest = rest[2..].TrimStart('-').Trim("'\"");
            return rest.Length > 0 && (char.IsLetter(rest[0]) || rest[0] == '_') && !rest.Contains('<');
        });

    internal static Either<Fault, CommandForm> Form(string rest) =>
        Json(rest).Map(json => json.Match<CommandForm>(
            Some: words => new CommandForm.Exec(words), None: () => new CommandForm.Shell(rest)));

    private static Either<Fault, Instruction> Env(DockerfileLines.Logical line, string rest, char escape)
    {
        var words = ShellWords.Split(rest, escape);
        if (words.IsEmpty)
        {
            return new Fault("ENV requires at least one argument");
        }

        // ENV NAME value: the old form, all after the name is the value.
        if (!words[0].Contains('='))
        {
            var gap = rest.IndexOfAny(Blanks);
            return gap < 0
                ? new Fault("ENV must have two arguments")
                : new Instruction.Env(line.Line, line.Text, Seq1(new EnvPair(rest[..gap], rest[gap..].TrimStart(Blanks))));
        }

        if (words.FirstOrDefault(w => !w.Contains('=')) is { } word)
        {
            return new Fault($"Syntax error - can't find = in \"{word}\". Must be of the form: name=value");
        }

        var pairs = words.Map(w => new EnvPair(w[..w.IndexOf('=')], w[(w.IndexOf('=') + 1)..])).Strict();
        return pairs.Exists(p => p.Name.Length == 0)
            ? new Fault("ENV names can not be blank")
            : new Instruction.Env(line.Line, line.Text, pairs);
    }

    internal static Seq<string> Words(string rest) =>
        rest.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToSeq();

    /// <summary>
    /// A JSON array of strings; None where the text is none (it is then a shell's, as in docker), a fault where it is an array
    /// of something else. What follows the array is passed over, as docker does.
    /// </summary>
    internal static Either<Fault, Option<Seq<string>>> Json(string rest)
    {
        if (!rest.StartsWith('['))
        {
            return Right<Fault, Option<Seq<string>>>(None);
        }

        var words = new List<string>();
        var strings = true;
        try
        {
            var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(Replaced(rest)));
            reader.Read();
            while (reader.Read() && !(reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == 0))
            {
                strings &= reader.TokenType == JsonTokenType.String;
                if (strings)
                {
                    words.Add(reader.GetString() ?? "");
                }
            }
        }
        catch (JsonException)
        {
            return Right<Fault, Option<Seq<string>>>(None);
        }

        return !strings ? new Fault("when using JSON array syntax, arrays must be comprised of strings only")
            : words.Exists(w => w.Contains('\0')) ? new Fault("an argument contains a NUL character")
            : Some(words.ToSeq());
    }

    /// <summary>A \uD800 that is half a pair is replaced, as Go's decoder does; the reader here would throw on it.</summary>
    private static string Replaced(string json)
    {
        if (!json.Contains("\\u", StringComparison.Ordinal))
        {
            return json;
        }

        var text = new System.Text.StringBuilder(json);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                continue;
            }

            if (Unit(i) is not { } unit)
            {
                i++;
                continue;
            }

            var paired = char.IsHighSurrogate(unit) && Unit(i + 6) is { } low && char.IsLowSurrogate(low);
            if (char.IsSurrogate(unit) && !paired)
            {
                text[i + 2] = text[i + 3] = text[i + 4] = 'f';
                text[i + 5] = 'd';
            }

            i += paired ? 11 : 5;
        }

        return text.ToString();

        char? Unit(int i) =>
            i + 5 < text.Length && text[i] == '\\' && text[i + 1] == 'u'
            && ushort.TryParse(
                text.ToString(i + 2, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var unit)
                ? (char)unit
                : null;
    }
}
