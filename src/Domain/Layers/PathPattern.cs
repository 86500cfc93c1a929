namespace EventDock.Domain.Layers;

using System.Text;
using EventDock.Domain.Builds;
using EventDock.Domain.Kernel;

/// <summary>
/// Which paths are meant: one path, or a pattern (<c>/etc/*</c>, <c>/usr/**</c>, <c>**/*.so</c>) in which a star stays within a directory and two
/// do not.
/// </summary>
public sealed class PathPattern
{
    private readonly Option<Glob> glob;

    private PathPattern(string text, Option<Glob> glob) => (Text, this.glob) = (text, glob);

    /// <summary>From the root, with a leading slash.</summary>
    public string Text { get; }

    /// <summary>One path and no other.</summary>
    public bool IsPath => glob.IsNone;

    /// <summary>What all that it takes begins with, in bytes; of one path the whole.</summary>
    public byte[] Beginning =>
        Encoding.UTF8.GetBytes(IsPath ? Text : Text[..Text.AsSpan().IndexOfAny(Special)]);

    /// <summary>Error: Invalid.</summary>
    public static Either<DomainError, PathPattern> Parse(string text)
    {
        var rooted = text.StartsWith('/') || text.StartsWith("**", StringComparison.Ordinal) ? text : "/" + text;
        return text.Length == 0 ? new DomainError.Invalid("--path", text, "must be a path or a pattern")
            : rooted.AsSpan().ContainsAny(Special)
                ? GoMatch.Parse(rooted, Star).MapLeft<DomainError>(_ => new DomainError.Invalid("--path", text, "is no pattern"))
                    .Map(parsed => new PathPattern(rooted, Some(parsed)))
                : new PathPattern(rooted, None);
    }

    /// <summary>What of a path is no UTF-8 is matched by stars and question marks alone.</summary>
    public bool Takes(PathChange change)
    {
        var path = change.Base64 ? Encoding.UTF8.GetString(Convert.FromBase64String(change.Path)) : change.Path;
        return glob.Match(Some: g => g.Matches(path), None: () => path == Text);
    }

    private const string Special = "*?[\\";

    private static GlobToken Star(GlobReader reader)
    {
        if (!reader.Take('*'))
        {
            return new GlobToken.Star();
        }

        return reader.AtEnd ? new GlobToken.Anything() : reader.Take('/') ? new GlobToken.Directories() : new GlobToken.Star();
    }
}
