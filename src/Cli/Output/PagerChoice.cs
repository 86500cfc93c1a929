namespace EventDock.Cli.Output;

using System.Text;

/// <summary>Which program shows on a terminal what is longer than a screen, as git chooses it.</summary>
/// <param name="Words">The program and its arguments; no shell reads them.</param>
/// <param name="Named">Somebody has asked for it: that it cannot be started is told.</param>
public sealed record PagerChoice(Seq<string> Words, bool Named)
{
    /// <summary>What a pager may need; nothing else reaches it, EVENTDOCK_DATABASE with its password least of all.</summary>
    private static readonly string[] Passed =
    [
        "COLORTERM", "COLUMNS", "EDITOR", "HOME", "LANG", "LANGUAGE", "LINES", "LOGNAME", "LV", "MORE", "PATH", "SHELL", "TERM",
        "TERMINFO", "TERMINFO_DIRS", "TMPDIR", "TZ", "USER", "VISUAL", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
    ];

    /// <summary>EVENTDOCK_PAGER, else PAGER, else less; none where that is empty or cat.</summary>
    public static Option<PagerChoice> Of(Func<string, string?> variable) =>
        (variable("EVENTDOCK_PAGER") ?? variable("PAGER")) is { } named
            ? Split(named) is { IsEmpty: false } words && !(words.Count == 1 && words[0] == "cat")
                ? Some(new PagerChoice(words, Named: true))
                : None
            : Some(new PagerChoice(Seq1("less"), Named: false));

    /// <summary>
    /// Its environment, NAME=value. less ends where all fits on the screen, passes colours on and leaves the text standing (FRX),
    /// lv likewise.
    /// </summary>
    public static Seq<string> Environment(IReadOnlyDictionary<string, string> ours)
    {
        var given = ours.Where(v => Passed.Contains(v.Key) || v.Key.StartsWith("LC_", StringComparison.Ordinal)
                || v.Key.StartsWith("LESS", StringComparison.Ordinal))
            .Select(v => $"{v.Key}={v.Value}").ToList();
        foreach (var (name, value) in new[] { ("LESS", "FRX"), ("LV", "-c") })
        {
            if (!ours.ContainsKey(name))
            {
                given.Add($"{name}={value}");
            }
        }

        return given.ToSeq();
    }

    /// <summary>At blanks; what stands between quotes is one word.</summary>
    private static Seq<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char? quote = null;
        var begun = false;
        foreach (var c in text)
        {
            if (c == quote)
            {
                quote = null;
            }
            else if (quote is null && c is '"' or '\'')
            {
                (quote, begun) = (c, true);
            }
            else if (quote is null && char.IsWhiteSpace(c))
            {
                Taken();
            }
            else
            {
                word.Append(c);
                begun = true;
            }
        }

        Taken();
        return words.ToSeq();

        void Taken()
        {
            if (begun)
            {
                words.Add(word.ToString());
                word.Clear();
                begun = false;
            }
        }
    }
}
