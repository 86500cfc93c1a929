namespace EventDock.Adapters.Registry;

/// <summary>One way in that a registry names in WWW-Authenticate (RFC 9110, 11.6.1).</summary>
/// <param name="Scheme">Lower case: bearer, basic.</param>
public sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public string? this[string name] => Parameters.GetValueOrDefault(name);

    /// <summary>
    /// Reads a header of any number of challenges: commas stand between challenges, between parameters and inside quoted
    /// text. What does not fit the grammar ends the reading; what was read before it stands.
    /// </summary>
    public static IReadOnlyList<Challenge> Parse(string header)
    {
        var challenges = new List<Challenge>();
        Dictionary<string, string>? parameters = null;
        var at = 0;
        while (true)
        {
            Skip(header, ref at, " \t,");
            var token = Token(header, ref at);
            if (token.Length == 0)
            {
                return challenges;
            }

            var afterToken = at;
            Skip(header, ref at, " \t");
            if (parameters is not null && at < header.Length && header[at] == '=')
            {
                at++;
                Skip(header, ref at, " \t");
                if (Value(header, ref at) is not { } value)
                {
                    return challenges;
                }

                parameters.TryAdd(token, value);
            }
            else if (afterToken == header.Length || header[afterToken] is ' ' or '\t' or ',')
            {
                parameters = new(StringComparer.OrdinalIgnoreCase);
                challenges.Add(new(token.ToLowerInvariant(), parameters));
            }
            else
            {
                return challenges;
            }
        }
    }

    private static void Skip(string text, ref int at, string what)
    {
        while (at < text.Length && what.Contains(text[at]))
        {
            at++;
        }
    }

    private static string Token(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || "!#$%&'*+-.^_`|~".Contains(text[at])))
        {
            at++;
        }

        return text[start..at];
    }

    /// <summary>A token (or, since registries do not quote URLs everywhere, all up to a comma), or quoted text; null where it never ends.</summary>
    private static string? Value(string text, ref int at)
    {
        if (at >= text.Length || text[at] != '"')
        {
            var start = at;
            while (at < text.Length && text[at] is not (',' or ' ' or '\t'))
            {
                at++;
            }

            return text[start..at];
        }

        var value = new System.Text.StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                at++;
                return value.ToString();
            }

            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
            }

            value.Append(text[at]);
        }

        return null;
    }
}
