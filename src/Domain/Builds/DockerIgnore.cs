namespace EventDock.Domain.Builds;

using EventDock.Domain.Kernel;

/// <summary>
/// A .dockerignore (docker's build reference, ".dockerignore file"), as docker 20.10's client reads it: the last rule that
/// matches a path or a directory above it wins, and an excluded directory is left out as a whole unless a <c>!</c> rule names
/// something below it by its literal path.
/// </summary>
public sealed class DockerIgnore
{
    public static readonly DockerIgnore Empty = new(Seq<Rule>());

    private readonly Rule[] rules;

    private DockerIgnore(Seq<Rule> rules) => this.rules = rules.ToArray();

    /// <param name="Text">Cleaned, without the <c>!</c>.</param>
    private sealed record Rule(string Text, bool Exception, Glob Glob);

    /// <summary>Nothing can be ignored.</summary>
    public bool IsEmpty => rules.Length == 0;

    /// <summary>Reads the lines as they stand in the file.</summary>
    public static Either<DomainError, DockerIgnore> Parse(Seq<string> lines) =>
        lines.ToArray().Select((line, i) => i == 0 ? line.TrimStart('\ufeff') : line)
            .Where(line => !line.StartsWith('#')).Select(line => line.Trim()).Where(line => line.Length > 0)
            .ToSeq().All(ParseRule).Map(rules => new DockerIgnore(rules));

    /// <summary>Whether a path stays outside the build.</summary>
    /// <param name="path">Relative to the context, clean, slashes between the parts.</param>
    public bool Ignores(string path)
    {
        if (rules.Length == 0 || path == ".")
        {
            return false;
        }

        // What each rule says of the directory above holds below it.
        var says = rules.Select(r => r.Glob.MatchesEach(path)).ToArray();
        var matched = new bool[rules.Length];
        for (int slash = path.IndexOf('/'), level = 0; slash >= 0; slash = path.IndexOf('/', slash + 1), level++)
        {
            if (Excluded(says, level, matched) && !Reenters(path[..slash]))
            {
                return true;
            }
        }

        return Excluded(says, says[0].Count - 1, matched);
    }

    /// <summary>A directory that is ignored may still hold something that is not.</summary>
    public bool Reenters(string directory) =>
        rules.Any(r => r.Exception && (r.Text + "/").StartsWith(directory + "/", StringComparison.Ordinal));

    private bool Excluded(IReadOnlyList<bool>[] says, int level, bool[] matched)
    {
        var excluded = false;
        for (var i = 0; i < rules.Length; i++)
        {
            matched[i] |= says[i][level];
            excluded = matched[i] ? !rules[i].Exception : excluded;
        }

        return excluded;
    }

    private static Either<DomainError, Rule> ParseRule(string line)
    {
        var exception = line[0] == '!';
        var text = exception ? line[1..].Trim() : line;
        if (text.Length == 0)
        {
            return new DomainError.Invalid(".dockerignore", line, "illegal exclusion pattern");
        }

        text = GoMatch.Clean(text);
        text = text.Length > 1 ? text.TrimStart('/') : text;
        return GoMatch.Parse(text, Star).Map(glob => new Rule(text, exception, glob))
            .MapLeft<DomainError>(_ => new DomainError.Invalid(".dockerignore", line, "syntax error in pattern"));
    }

    /// <summary>Two stars stand for any number of directories, at the end for anything at all.</summary>
    private static GlobToken Star(GlobReader reader)
    {
        if (!reader.Take('*'))
        {
            return new GlobToken.Star();
        }

        reader.Take('/');
        return reader.AtEnd ? new GlobToken.Anything() : new GlobToken.Directories();
    }
}
