namespace EventDock.Cli.Output;

using System.Text;
using static EventDock.Cli.Output.TemplateValue;

/// <summary>docker's functions (json, join, split, lower, upper, title, pad, truncate) and Go's own, but for html, js and call.</summary>
internal static class TemplateFunctions
{
    // A pad or a printf of a thousand millions would be a mistake, and all memory.
    private const int MaxWidth = 10_000;

    public static bool Exists(string name) => name is
        "json" or "join" or "split" or "lower" or "upper" or "title" or "pad" or "truncate" or "len" or "index" or "slice" or "print"
        or "printf" or "println" or "eq" or "ne" or "lt" or "le" or "gt" or "ge" or "and" or "or" or "not";

    /// <summary>The least and greatest number of arguments.</summary>
    public static (int Min, int? Max) Arity(string name) => name switch
    {
        "json" or "lower" or "upper" or "title" or "len" or "not" => (1, 1),
        "join" or "split" or "truncate" or "ne" or "lt" or "le" or "gt" or "ge" => (2, 2),
        "pad" => (3, 3),
        "slice" => (1, 4),
        "index" or "printf" or "eq" or "and" or "or" => (1, null),
        _ => (0, null),
    };

    /// <summary>Throws <see cref="TemplateFault"/> with the bare reason. <c>and</c> and <c>or</c> are the caller's.</summary>
    public static TemplateValue Call(string name, IReadOnlyList<TemplateValue> a) => name switch
    {
        "json" => Of(a[0].Json()),
        "join" => Of(string.Join(Str(a[1]), Items(a[0]).Select(i => i.Print()))),
        "split" => new List(Split(Str(a[0]), Str(a[1])).Select(Of).ToArray()),
        "lower" => Of(Str(a[0]).ToLowerInvariant()),
        "upper" => Of(Str(a[0]).ToUpperInvariant()),
        "title" => Of(Title(Str(a[0]))),
        "pad" => Of(Str(a[0]) is { Length: > 0 } text ? new string(' ', Width(a[1])) + text + new string(' ', Width(a[2])) : ""),
        "truncate" => Of(Str(a[0]) is var whole && whole.Length > Int(a[1]) ? whole[..Math.Max(0, Int(a[1]))] : whole),
        "len" => new Number(Len(a[0])),
        "index" => a.Skip(1).Aggregate(a[0], Index),
        "slice" => Slice(a),
        "print" => Of(Print(a)),
        "println" => Of(string.Join(' ', a.Select(v => v.Print())) + "\n"),
        "printf" => Of(TemplatePrintf.Format(Str(a[0]), a.Skip(1).ToArray(), MaxWidth)),
        "eq" => new Bool(a.Count < 2 ? throw new TemplateFault("missing argument for comparison") : a.Skip(1).Any(v => Equal(a[0], v))),
        "ne" => new Bool(!Equal(a[0], a[1])),
        "lt" => new Bool(Compare(a[0], a[1]) < 0),
        "le" => new Bool(Compare(a[0], a[1]) <= 0),
        "gt" => new Bool(Compare(a[0], a[1]) > 0),
        "ge" => new Bool(Compare(a[0], a[1]) >= 0),
        "not" => new Bool(!a[0].IsTrue),
        _ => throw new System.Diagnostics.UnreachableException(name),
    };

    private static string Str(TemplateValue value) => value is Text t ? t.Value
        : value is Absent or Nothing ? ""
        : throw new TemplateFault($"wrong type for value; expected string; got {value.TypeName}");

    private static int Int(TemplateValue value) => value is Number n
        ? (int)Math.Clamp(n.Value, int.MinValue, int.MaxValue)
        : throw new TemplateFault($"wrong type for value; expected int; got {value.TypeName}");

    private static int Width(TemplateValue value) => Int(value) is var width and >= 0 and <= MaxWidth
        ? width
        : throw new TemplateFault("width out of range");

    private static IReadOnlyList<TemplateValue> Items(TemplateValue value) => value is List l ? l.Items
        : value is Absent or Nothing ? []
        : throw new TemplateFault($"wrong type for value; expected []string; got {value.TypeName}");

    private static IEnumerable<string> Split(string text, string by) =>
        by.Length > 0 ? text.Split(by) : text.EnumerateRunes().Select(r => r.ToString());

    /// <summary>The first letter of each word; the others stay.</summary>
    private static string Title(string text)
    {
        var result = new StringBuilder(text);
        for (var i = 0; i < result.Length; i++)
        {
            var starts = i == 0 || !(char.IsLetterOrDigit(text[i - 1]) || text[i - 1] is '_' or '\'');
            result[i] = starts ? char.ToUpperInvariant(text[i]) : text[i];
        }

        return result.ToString();
    }

    private static int Len(TemplateValue value) => value switch
    {
        Text t => Encoding.UTF8.GetByteCount(t.Value),
        List l => l.Items.Count,
        _ when value.Entries is { } entries => entries.Count,
        _ => throw new TemplateFault($"len of type {value.TypeName}"),
    };

    private static TemplateValue Index(TemplateValue value, TemplateValue key) => (value, key) switch
    {
        (Text t, Number n) => new Number(Encoding.UTF8.GetBytes(t.Value)[At(n.Value, Len(value))]),
        (List l, Number n) => l.Items[At(n.Value, l.Items.Count)],
        (Text or List, _) => throw new TemplateFault($"cannot index slice/array with type {key.TypeName}"),
        (Map or Row, Text k) => value.Field(k.Value) ?? Of(""),
        (Map or Row, _) => throw new TemplateFault($"value has type {key.TypeName}; should be string"),
        (Nothing or Absent, _) => throw new TemplateFault("index of untyped nil"),
        _ => throw new TemplateFault($"can't index item of type {value.TypeName}"),
    };

    private static int At(long index, int count) => index >= 0 && index < count
        ? (int)index
        : throw new TemplateFault($"index out of range: {index.ToString(System.Globalization.CultureInfo.InvariantCulture)}");

    private static TemplateValue Slice(IReadOnlyList<TemplateValue> a)
    {
        var count = a[0] is Text t ? t.Value.Length : Items(a[0]).Count;
        var from = a.Count > 1 ? At(Int(a[1]), count + 1) : 0;
        var to = a.Count > 2 ? At(Int(a[2]), count + 1) : count;
        return from > to ? throw new TemplateFault($"invalid slice index: {from} > {to}")
            : a[0] is Text text ? Of(text.Value[from..to])
            : new List(Items(a[0]).Skip(from).Take(to - from).ToArray());
    }

    /// <summary>Go's Sprint: a blank between two values neither of which is text.</summary>
    private static string Print(IReadOnlyList<TemplateValue> values)
    {
        var result = new StringBuilder();
        for (var i = 0; i < values.Count; i++)
        {
            result.Append(i > 0 && values[i - 1] is not Text && values[i] is not Text ? " " : "").Append(values[i].Print());
        }

        return result.ToString();
    }

    private static bool Equal(TemplateValue a, TemplateValue b) => (a, b) switch
    {
        (Text x, Text y) => x.Value == y.Value,
        (Bool x, Bool y) => x.Value == y.Value,
        (Number x, Number y) => x.Value == y.Value,
        (Number or Real, Number or Real) => Compare(a, b) == 0,
        (Nothing or Absent, Nothing or Absent) => true,
        (Nothing or Absent, _) or (_, Nothing or Absent) => false,
        (List or Map or Row, _) or (_, List or Map or Row) => throw new TemplateFault("uncomparable type"),
        _ => throw new TemplateFault("incompatible types for comparison"),
    };

    private static int Compare(TemplateValue a, TemplateValue b) => (a, b) switch
    {
        (Text x, Text y) => string.CompareOrdinal(x.Value, y.Value),
        (Number x, Number y) => x.Value.CompareTo(y.Value),
        (Number x, Real y) => ((double)x.Value).CompareTo(y.Value),
        (Real x, Number y) => x.Value.CompareTo(y.Value),
        (Real x, Real y) => x.Value.CompareTo(y.Value),
        _ => throw new TemplateFault("incompatible types for comparison"),
    };
}
