namespace EventDock.Domain.Builds;

/// <summary>One step of a pattern over a path. <c>/</c> is the only separator.</summary>
public abstract record GlobToken
{
    private GlobToken() { }

    public sealed record Literal(int Rune) : GlobToken;

    /// <summary><c>?</c>: one character that is not a slash.</summary>
    public sealed record One : GlobToken;

    /// <summary><c>*</c>: any characters that are not slashes.</summary>
    public sealed record Star : GlobToken;

    /// <summary><c>**/</c>: nothing, or anything that ends in a slash.</summary>
    public sealed record Directories : GlobToken;

    /// <summary><c>**</c> at the end: anything.</summary>
    public sealed record Anything : GlobToken;

    /// <summary><c>[a-z]</c>; as in Go it may hold a slash.</summary>
    public sealed record Class(bool Negated, Seq<(int From, int To)> Ranges) : GlobToken
    {
        public bool Has(int rune) => Ranges.Exists(r => r.From <= rune && rune <= r.To) != Negated;
    }
}

/// <summary>
/// A pattern ready to match. All places in the pattern are followed at once, so the time is at most pattern × path: no
/// pattern, however made, makes it try again and again.
/// </summary>
public sealed record Glob(Seq<GlobToken> Tokens)
{
    public bool Matches(string path) => MatchesEach(path)[^1];

    /// <summary>In one pass: whether it matches each directory above the path, topmost first, and last the path itself.</summary>
    public IReadOnlyList<bool> MatchesEach(string path)
    {
        var answers = new List<bool>();
        var tokens = Tokens.ToArray();
        var (now, next) = (new bool[tokens.Length + 1], new bool[tokens.Length + 1]);
        var inDirectories = new bool[tokens.Length];
        now[0] = true;
        Skip(tokens, now);
        foreach (var rune in path.EnumerateRunes())
        {
            if (rune.Value == '/')
            {
                answers.Add(now[^1]);
            }

            System.Array.Clear(next);
            for (var i = 0; i < tokens.Length; i++)
            {
                // Inside **/ the text runs on until a slash, and from a slash either on or out.
                if (tokens[i] is GlobToken.Directories && (now[i] || inDirectories[i]))
                {
                    inDirectories[i] = true;
                    next[i + 1] |= rune.Value == '/';
                    continue;
                }

                if (!now[i])
                {
                    continue;
                }

                switch (tokens[i])
                {
                    case GlobToken.Star when rune.Value != '/':
                    case GlobToken.Anything:
                        next[i] = true;
                        break;
                    case GlobToken.One when rune.Value != '/':
                    case GlobToken.Literal l when l.Rune == rune.Value:
                    case GlobToken.Class c when c.Has(rune.Value):
                        next[i + 1] = true;
                        break;
                }
            }

            (now, next) = (next, now);
            Skip(tokens, now);
        }

        answers.Add(now[^1]);
        return answers;
    }

    /// <summary>Tokens that may stand for nothing let the next one start where they do.</summary>
    private static void Skip(GlobToken[] tokens, bool[] now)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            now[i + 1] |= now[i] && tokens[i] is (GlobToken.Star or GlobToken.Directories or GlobToken.Anything);
        }
    }
}

/// <summary>Reads a pattern's characters one by one.</summary>
internal sealed class GlobReader(string pattern)
{
    private readonly int[] runes = [.. pattern.EnumerateRunes().Select(r => r.Value)];
    private int at;

    public bool AtEnd => at == runes.Length;

    public int Peek => AtEnd ? -1 : runes[at];

    public int Next() => AtEnd ? -1 : runes[at++];

    public bool Take(int rune)
    {
        if (Peek != rune)
        {
            return false;
        }

        at++;
        return true;
    }

    /// <summary>What follows a <c>[</c>, by the grammar of Go's filepath.Match; null where it breaks it.</summary>
    public GlobToken.Class? Class()
    {
        var negated = Take('^');
        var ranges = new List<(int, int)>();
        while (ranges.Count == 0 || !Take(']'))
        {
            if (Member() is not { } from)
            {
                return null;
            }

            var to = from;
            if (Take('-'))
            {
                if (Member() is not { } end)
                {
                    return null;
                }

                to = end;
            }

            ranges.Add((from, to));
        }

        return new(negated, ranges.ToSeq());
    }

    private int? Member()
    {
        if (AtEnd || Peek is '-' or ']')
        {
            return null;
        }

        var escaped = Take('\\');
        return AtEnd ? null : (escaped, Next()).Item2;
    }
}
