namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;
using EventDock.Domain.Kernel;
using static EventDock.Cli.Output.TemplateValue;

/// <summary>Go's Sprintf for the verbs that templates use: %s %v %d %q %t %x %X %c %f %g %%, with flags, width and precision.</summary>
internal static class TemplatePrintf
{
    public static string Format(string format, IReadOnlyList<TemplateValue> values, int maxWidth)
    {
        var result = new StringBuilder();
        var used = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            var flags = "";
            for (i++; i < format.Length && "+-# 0".Contains(format[i]); i++)
            {
                flags += format[i];
            }

            var width = Digits(format, ref i, maxWidth);
            var precision = i < format.Length && format[i] == '.' ? Digits(format, ref i, maxWidth, skip: 1) ?? 0 : (int?)null;
            if (i >= format.Length)
            {
                result.Append("%!(NOVERB)");
                break;
            }

            if (format[i] == '%')
            {
                result.Append('%');
            }
            else if (used >= values.Count)
            {
                result.Append("%!").Append(format[i]).Append("(MISSING)");
            }
            else
            {
                result.Append(Padded(One(format[i], flags, precision, values[used++]), flags, width ?? 0));
            }
        }

        if (used < values.Count)
        {
            var extra = values.Skip(used).Select(v => $"{v.TypeName}={v.Print()}");
            result.Append("%!(EXTRA ").AppendJoin(", ", extra).Append(')');
        }

        return result.ToString();
    }

    private static int? Digits(string format, ref int at, int max, int skip = 0)
    {
        at += skip;
        var start = at;
        while (at < format.Length && char.IsAsciiDigit(format[at]))
        {
            at++;
        }

        return at == start ? null
            : int.TryParse(format.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
                ? number
                : throw new TemplateFault("width out of range");
    }

    private static string One(char verb, string flags, int? precision, TemplateValue value) => (verb, value) switch
    {
        ('v', _) => value.Print(),
        ('s', Text t) => Cut(t.Value, precision),
        ('s', List or Map or Row or Absent) => value.Print(),
        ('q', Text t) => GoQuote.Quote(Cut(t.Value, precision)),
        ('q', List l) => $"[{string.Join(' ', l.Items.Select(i => One('q', "", null, i)))}]",
        ('q' or 'c', Number n) when Rune.TryCreate((int)Math.Clamp(n.Value, -1, int.MaxValue), out var rune) =>
            verb == 'c' ? rune.ToString() : $"'{GoQuote.Escape(rune.ToString(), '\'')}'",
        ('d', Number n) => Signed(flags, n.Value.ToString(CultureInfo.InvariantCulture)),
        ('d', List l) => $"[{string.Join(' ', l.Items.Select(i => One('d', flags, null, i)))}]",
        ('x', Number n) => n.Value.ToString("x", CultureInfo.InvariantCulture),
        ('X', Number n) => n.Value.ToString("X", CultureInfo.InvariantCulture),
        ('x', Text t) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(t.Value)),
        ('X', Text t) => Convert.ToHexString(Encoding.UTF8.GetBytes(t.Value)),
        ('t', Bool b) => b.Value ? "true" : "false",
        ('f', Real r) => Signed(flags, r.Value.ToString("F" + (precision ?? 6), CultureInfo.InvariantCulture)),
        ('g', Real r) => Signed(flags, r.Value.ToString("R", CultureInfo.InvariantCulture)),
        (_, Nothing) => $"%!{verb}(<nil>)",
        _ => $"%!{verb}({value.TypeName}={value.Print()})",
    };

    private static string Signed(string flags, string number) => flags.Contains('+') && number[0] != '-' ? "+" + number : number;

    private static string Cut(string text, int? runes) =>
        runes is { } count ? string.Concat(text.EnumerateRunes().Take(count)) : text;

    private static string Padded(string text, string flags, int width)
    {
        var missing = width - text.EnumerateRunes().Count();
        return missing <= 0 ? text
            : flags.Contains('-') ? text + new string(' ', missing)
            : flags.Contains('0') ? text[0] is '-' or '+' ? text[0] + new string('0', missing) + text[1..] : new string('0', missing) + text
            : new string(' ', missing) + text;
    }
}
