namespace EventDock.Domain.Oci;

using System.Text.RegularExpressions;
using EventDock.Domain.Kernel;

/// <summary>
/// A name of an image, as docker reads it: <c>[host[:port]/]path[:tag][@digest]</c> (distribution-spec, "Pulling manifests",
/// gives the forms of name and tag; the default host docker.io and its library/ are docker's).
/// </summary>
public sealed partial record ImageReference
{
    public const string DefaultHost = "docker.io";
    private const string OfficialPrefix = "library/";

    private ImageReference(string host, string path, string? tag, Digest? digest) =>
        (Host, Path, Tag, Digest) = (host, path, tag, digest);

    /// <summary>The registry, e.g. docker.io, 127.0.0.1:5000.</summary>
    public string Host { get; }

    /// <summary>The repository within it, e.g. library/node.</summary>
    public string Path { get; }

    public string? Tag { get; }

    public Digest? Digest { get; }

    /// <summary>Host and path, e.g. docker.io/library/node.</summary>
    public string Repository => $"{Host}/{Path}";

    /// <summary>As docker shows a repository: without the default host and its library/.</summary>
    public string FamiliarRepository =>
        Host != DefaultHost ? Repository
        : Path.StartsWith(OfficialPrefix, StringComparison.Ordinal) && !Path[OfficialPrefix.Length..].Contains('/')
            ? Path[OfficialPrefix.Length..]
            : Path;

    /// <summary>The form that streams and views use: everything said. A digest outweighs a tag.</summary>
    public string Canonical => Repository + Suffix;

    public string Familiar => FamiliarRepository + Suffix;

    /// <summary>A recorded reference as docker shows it; what is none, as it is.</summary>
    public static string Shown(string reference) => Parse(reference).Match(Right: r => r.Familiar, Left: _ => reference);

    private string Suffix => Digest is not null ? $"@{Digest.Value}" : Tag is not null ? $":{Tag}" : "";

    /// <summary>With <c>latest</c> where neither tag nor digest is said.</summary>
    public ImageReference Tagged => Tag is null && Digest is null ? new(Host, Path, "latest", null) : this;

    /// <summary>The same repository at a digest.</summary>
    public ImageReference At(Digest digest) => new(Host, Path, null, digest);

    /// <summary>Reads a reference; no tag is assumed (see <see cref="Tagged"/>).</summary>
    public static Either<DomainError, ImageReference> Parse(string text)
    {
        if (text.Length is 0 or > 1024)
        {
            return new DomainError.InvalidReference(text, "invalid reference format");
        }

        var rest = text;
        Digest? digest = null;
        if (rest.LastIndexOf('@') is var at and >= 0)
        {
            digest = Oci.Digest.Parse(rest[(at + 1)..]).MatchUnsafe<Digest?>(Right: d => d, Left: _ => null);
            if (digest is null)
            {
                return new DomainError.InvalidReference(text, "invalid reference format");
            }

            rest = rest[..at];
        }

        string? tag = null;
        if (rest.LastIndexOf(':') is var colon and >= 0 && rest.IndexOf('/', colon) < 0)
        {
            (tag, rest) = (rest[(colon + 1)..], rest[..colon]);
            if (!TagForm().IsMatch(tag))
            {
                return new DomainError.InvalidReference(text, "invalid reference format");
            }
        }

        if (rest.Length == 64 && Oci.Digest.IsHex(rest))
        {
            return new DomainError.InvalidReference(
                text, $"invalid repository name ({rest}), cannot specify 64-byte hexadecimal strings");
        }

        var (host, path) = Split(rest);
        return path.Any(char.IsUpper) ? new DomainError.InvalidReference(text, "repository name must be lowercase")
            : !HostForm().IsMatch(host) || !PathForm().IsMatch(path) || host.Length + path.Length + 1 > 255
                ? new DomainError.InvalidReference(text, "invalid reference format")
                : new ImageReference(host, path, tag, digest);
    }

    /// <summary>The first part is a host when it has a dot or a port, or is localhost, or cannot be a path (capitals).</summary>
    private static (string Host, string Path) Split(string name)
    {
        var slash = name.IndexOf('/');
        var first = slash < 0 ? "" : name[..slash];
        var (host, path) = slash >= 0 && (first.AsSpan().IndexOfAny('.', ':') >= 0 || first == "localhost" || first.Any(char.IsUpper))
            ? (first, name[(slash + 1)..])
            : (DefaultHost, name);
        host = host == "index.docker.io" ? DefaultHost : host;
        return (host, host == DefaultHost && !path.Contains('/') ? OfficialPrefix + path : path);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagForm();

    [GeneratedRegex(@"\A(?:(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?\z")]
    private static partial Regex HostForm();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex PathForm();
}
