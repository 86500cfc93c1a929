namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;

internal enum TemplateTokenKind
{
    Text,
    Open,
    Close,
    Field,
    Dot,
    Variable,
    Word,
    String,
    Number,
    Pipe,
    Left,
    Right,
    Declare,
    Assign,
    Comma,
    End,
}

/// <param name="Text">Of a string its value, of a field its name with the dot.</param>
/// <param name="Adjacent">No blank before it.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, int At, int Length, bool Adjacent);

/// <summary>Cuts a template into tokens (Go's text/template: delimiters, trim markers, comments, literals).</summary>
internal sealed class TemplateLexer(string source)
{
    private readonly List<TemplateToken> tokens = [];
    private int at;

    public List<TemplateToken> Run()
    {
        var trimNext = false;
        while (at < source.Length)
        {
            var open = source.IndexOf("{{", at, StringComparison.Ordinal);
            var text = open < 0 ? source[at..] : source[at..open];
            var begin = at;
            text = trimNext ? text.TrimStart(Blanks) : text;
            at = open < 0 ? source.Length : open + 2;
            if (open >= 0 && TrimsBefore())
            {
                text = text.TrimEnd(Blanks);
                at++;
            }

            if (text.Length > 0)
            {
                tokens.Add(new(TemplateTokenKind.Text, text, begin, text.Length, false));
            }

            trimNext = open >= 0 && (Comment() ?? Action(open));
        }

        tokens.Add(new(TemplateTokenKind.End, "", source.Length, 0, false));
        return tokens;
    }

    public int Line(int position) => source.AsSpan(0, Math.Min(position, source.Length)).Count('\n') + 1;

    private static readonly char[] Blanks = [' ', '\t', '\r', '\n'];

    private bool TrimsBefore() => at + 1 < source.Length && source[at] == '-' && Blanks.Contains(source[at + 1]);

    private bool TrimsAfter() =>
        at + 3 < source.Length && Blanks.Contains(source[at]) && source.AsSpan(at + 1).StartsWith("-}}");

    /// <summary>Null where there is none; else whether the text after it is trimmed.</summary>
    private bool? Comment()
    {
        var start = at;
        while (start < source.Length && Blanks.Contains(source[start]))
        {
            start++;
        }

        // A blank before the comment belongs to a trim marker, and to nothing else.
        if (!source.AsSpan(start).StartsWith("/*") || (start > at && source[at - 1] != '-'))
        {
            return null;
        }

        var end = source.IndexOf("*/", start + 2, StringComparison.Ordinal);
        at = end < 0 ? throw Fault("unclosed comment") : end + 2;
        var trims = TrimsAfter();
        at += trims ? 2 : 0;
        if (!source.AsSpan(at).StartsWith("}}"))
        {
            throw Fault("comment ends before closing delimiter");
        }

        at += 2;
        return trims;
    }

    private bool Action(int open)
    {
        tokens.Add(new(TemplateTokenKind.Open, "{{", open, 2, false));
        var adjacent = false;
        while (true)
        {
            if (at >= source.Length)
            {
                throw Fault("unclosed action");
            }

            var trims = TrimsAfter();
            if (trims || source.AsSpan(at).StartsWith("}}"))
            {
                at += trims ? 2 : 0;
                tokens.Add(new(TemplateTokenKind.Close, "}}", at, 2, false));
                at += 2;
                return trims;
            }

            if (Blanks.Contains(source[at]))
            {
                at++;
                adjacent = false;
                continue;
            }

            var begin = at;
            var (kind, text) = Token();
            tokens.Add(new(kind, text, begin, at - begin, adjacent));
            adjacent = true;
        }
    }

    private (TemplateTokenKind Kind, string Text) Token()
    {
        var c = source[at];
        switch (c)
        {
            case '(':
                return One(TemplateTokenKind.Left);
            case ')':
                return One(TemplateTokenKind.Right);
            case '|':
                return One(TemplateTokenKind.Pipe);
            case ',':
                return One(TemplateTokenKind.Comma);
            case '=':
                return One(TemplateTokenKind.Assign);
            case ':' when source.AsSpan(at).StartsWith(":="):
                at += 2;
                return (TemplateTokenKind.Declare, ":=");
            case '"' or '\'':
                return Quoted(c);
            case '`':
                var end = source.IndexOf('`', at + 1);
                var raw = end < 0 ? throw Fault("unterminated raw quoted string") : source[(at + 1)..end];
                at = end + 1;
                return (TemplateTokenKind.String, raw);
            case '.' when at + 1 < source.Length && char.IsAsciiDigit(source[at + 1]):
                return (TemplateTokenKind.Number, Run(1, IsNumeric));
            case '.':
                var field = Run(1, IsName);
                return (field.Length > 1 ? TemplateTokenKind.Field : TemplateTokenKind.Dot, field);
            case '$':
                return (TemplateTokenKind.Variable, Run(1, IsName));
            case '+' or '-' when at + 1 < source.Length && char.IsAsciiDigit(source[at + 1]):
                return (TemplateTokenKind.Number, Run(1, IsNumeric));
        }

        return char.IsAsciiDigit(c) ? (TemplateTokenKind.Number, Run(1, IsNumeric))
            : IsName(c) ? (TemplateTokenKind.Word, Run(1, IsName))
            : c == ':' ? throw Fault("expected :=")
            : throw Fault(string.Create(
                CultureInfo.InvariantCulture, $"{(c == '}' ? "bad" : "unexpected bad")} character U+{(int)c:X4} '{TerminalText.Escape(c.ToString())}'"));
    }

    private (TemplateTokenKind Kind, string Text) One(TemplateTokenKind kind) => (kind, source[at++].ToString());

    private string Run(int from, Func<char, bool> accepts)
    {
        var end = at + from;
        while (end < source.Length && accepts(source[end]))
        {
            end++;
        }

        var text = source[at..end];
        at = end;
        return text;
    }

    private static bool IsName(char c) => c == '_' || char.IsLetterOrDigit(c);

    private static bool IsNumeric(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_';

    /// <summary>"…" with Go's escapes; '…' is a character and a number.</summary>
    private (TemplateTokenKind Kind, string Text) Quoted(char quote)
    {
        var text = new StringBuilder();
        for (at++; at < source.Length && source[at] != '\n'; at++)
        {
            var c = source[at];
            if (c == quote)
            {
                at++;
                return quote == '"' ? (TemplateTokenKind.String, text.ToString())
                    : Rune.TryGetRuneAt(text.ToString() + "\0", 0, out var rune) && rune.Utf16SequenceLength == text.Length
                        ? (TemplateTokenKind.Number, rune.Value.ToString(CultureInfo.InvariantCulture))
                        : throw Fault("malformed character constant");
            }

            if (c != '\\')
            {
                text.Append(c);
                continue;
            }

            var escaped = ++at < source.Length ? source[at] : '\0';
            _ = escaped switch
            {
                'n' => text.Append('\n'),
                't' => text.Append('\t'),
                'r' => text.Append('\r'),
                'a' => text.Append('\a'),
                'b' => text.Append('\b'),
                'f' => text.Append('\f'),
                'v' => text.Append('\v'),
                '\\' or '"' or '\'' => text.Append(escaped),
                'x' => text.Append(Hex(2)),
                'u' => text.Append(Hex(4)),
                'U' => text.Append(Hex(8)),
                _ => throw Fault("invalid syntax"),
            };
        }

        throw Fault(quote == '"' ? "unterminated quoted string" : "unterminated character constant");
    }

    private string Hex(int digits)
    {
        if (at + digits >= source.Length
            || !int.TryParse(source.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || !Rune.TryCreate(value, out var rune))
        {
            throw Fault("invalid syntax");
        }

        at += digits;
        return rune.ToString();
    }

    private TemplateFault Fault(string reason) => new($"template: :{Line(at)}: {reason}");
}
