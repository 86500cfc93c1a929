namespace EventDock.Domain.Builds;

using EventDock.Domain.Kernel;

/// <summary>The patterns of COPY's sources: Go's path/filepath.Match, as its documentation gives the grammar.</summary>
public static class GoMatch
{
    /// <summary>Reads a pattern; the whole of it is checked. A broken one is Invalid, by its text.</summary>
    public static Either<DomainError, Glob> Parse(string pattern) => Parse(pattern, _ => new GlobToken.Star());

    /// <param name="star">What a star that has just been read means.</param>
    internal static Either<DomainError, Glob> Parse(string pattern, Func<GlobReader, GlobToken> star)
    {
        var tokens = new List<GlobToken>();
        var reader = new GlobReader(pattern);
        while (!reader.AtEnd)
        {
            switch (reader.Next())
            {
                case '*':
                    tokens.Add(star(reader));
                    break;
                case '?':
                    tokens.Add(new GlobToken.One());
                    break;
                case '[' when reader.Class() is { } set:
                    tokens.Add(set);
                    break;
                case '\\' when !reader.AtEnd:
                    tokens.Add(new GlobToken.Literal(reader.Next()));
                    break;
                case '[' or '\\':
                    return new DomainError.Invalid("pattern", pattern, "syntax error in pattern");
                case var rune:
                    tokens.Add(new GlobToken.Literal(rune));
                    break;
            }
        }

        return new Glob(tokens.ToSeq());
    }

    /// <summary>Has a character that is not simply itself; docker takes a source without one as a name.</summary>
    public static bool IsPattern(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '*' or '?' or '[')
            {
                return true;
            }

            i += text[i] == '\\' ? 1 : 0;
        }

        return false;
    }

    /// <summary>
    /// Go's path.Clean: no empty parts, no <c>.</c>, each <c>..</c> taken with the part before it; <c>.</c> for nothing at all.
    /// </summary>
    public static string Clean(string path)
    {
        var rooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0 && parts[^1] != "..")
                {
                    parts.RemoveAt(parts.Count - 1);
                }
                else if (!rooted)
                {
                    parts.Add(part);
                }
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        var clean = (rooted ? "/" : "") + string.Join('/', parts);
        return clean.Length == 0 ? "." : clean;
    }
}
