namespace EventDock.Domain.Images;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>A registry by its host and port, and the key under which docker keeps what belongs to it.</summary>
public sealed record RegistryName
{
    private const string HubKey = "https://index.docker.io/v1/";

    private RegistryName(string host) => Host = host;

    public static readonly RegistryName DockerHub = new(ImageReference.DefaultHost);

    /// <summary>As in a reference: host[:port]; docker.io for Docker Hub.</summary>
    public string Host { get; }

    public bool IsHub => Host == ImageReference.DefaultHost;

    /// <summary>The key in docker's files and for its credential helpers.</summary>
    public string Key => IsHub ? HubKey : Host;

    /// <summary>As typed: a host, or (as docker takes it, too) a URL of which only the host counts.</summary>
    public static Either<DomainError, RegistryName> Parse(string text)
    {
        var host = Bare(text);
        return host is ImageReference.DefaultHost or "index.docker.io" or "registry-1.docker.io" ? DockerHub
            : ImageReference.Parse(host + "/x").Match(Right: r => r.Host == host, Left: _ => false) ? new RegistryName(host)
            : new DomainError.Invalid("registry", text, "must be host[:port]");
    }

    /// <summary>The registry behind a URL that has been checked.</summary>
    public static RegistryName At(Uri place) => new(place.Authority);

    /// <summary>A key without scheme and path (docker's ConvertToHostname): old files have whole URLs.</summary>
    public static string Bare(string key)
    {
        var start = key.StartsWith("https://", StringComparison.Ordinal) ? 8 : key.StartsWith("http://", StringComparison.Ordinal) ? 7 : 0;
        var slash = key.IndexOf('/', start);
        return slash < 0 ? key[start..] : key[start..slash];
    }
}
