namespace EventDock.Adapters.Registry;

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using EventDock.Domain.Images;
using EventDock.Domain.Oci;

/// <param name="Base">Scheme, host and port, no slash at the end.</param>
/// <param name="Mirror">Whatever goes wrong here, the next endpoint is asked.</param>
internal sealed record Endpoint(string Base, bool Mirror);

/// <summary>Where a repository is asked for, in which order, and who may do without good certificates.</summary>
internal sealed class Endpoints(EngineConfig config)
{
    private const string DockerHub = "https://registry-1.docker.io", DockerHubRealm = "auth.docker.io";

    private readonly IPNetwork[] networks = config.InsecureRegistries.Select(Network).OfType<IPNetwork>().ToArray();

    /// <summary>The scheme in which a host has answered in this process: another is not tried any more.</summary>
    private readonly ConcurrentDictionary<string, string> spoken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names found to be in an insecure network.</summary>
    private readonly ConcurrentDictionary<string, bool> lenientNames = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>docker.io has its mirrors first; a registry that may be insecure is asked by https, then http, as dockerd does.</summary>
    public async Task<IReadOnlyList<Endpoint>> ForAsync(ImageReference reference, CancellationToken cancel)
    {
        if (reference.Host == ImageReference.DefaultHost)
        {
            return [.. config.RegistryMirrors.Select(m => new Endpoint(m, Mirror: true)), new(DockerHub, Mirror: false)];
        }

        return await ForHostAsync(reference.Host, cancel);
    }

    /// <summary>A registry itself, without mirrors: where a login is checked, and what is pushed to.</summary>
    public Task<IReadOnlyList<Endpoint>> ForRegistryAsync(RegistryName registry, CancellationToken cancel) =>
        ForRegistryAsync(registry.Host, cancel);

    public async Task<IReadOnlyList<Endpoint>> ForRegistryAsync(string host, CancellationToken cancel) =>
        host == ImageReference.DefaultHost ? [new(DockerHub, Mirror: false)] : await ForHostAsync(host, cancel);

    /// <summary>Whose credentials an endpoint may have: a mirror's are its own, never Docker Hub's.</summary>
    public RegistryName NameOf(Endpoint endpoint) =>
        endpoint.Base == DockerHub ? RegistryName.DockerHub : RegistryName.At(new Uri(endpoint.Base));

    /// <summary>
    /// The registry's own host (RFC 9110 lets any host name any realm, and a password would go wherever an answer points), what
    /// the configuration adds to it, and for Docker Hub the realm that it is known for.
    /// </summary>
    public bool MayHaveCredentials(Uri registry, Uri realm) =>
        realm.Host.Equals(registry.Host, StringComparison.OrdinalIgnoreCase)
        || registry.Authority == new Uri(DockerHub).Authority && realm.Authority == DockerHubRealm
        || config.TrustedRealms.Exists(t =>
            t.Registry.Equals(registry.Authority, StringComparison.OrdinalIgnoreCase)
            && t.Realm.Equals(realm.Authority, StringComparison.OrdinalIgnoreCase));

    private async Task<IReadOnlyList<Endpoint>> ForHostAsync(string host, CancellationToken cancel)
    {
        return !IsLenient(host) && !await IsNamedInNetworkAsync(host, cancel) ? [new($"https://{host}", Mirror: false)]
            : spoken.TryGetValue(host, out var scheme) ? [new($"{scheme}://{host}", Mirror: false)]
            : [new($"https://{host}", Mirror: false), new($"http://{host}", Mirror: false)];
    }

    /// <summary>The endpoints from a given one on: a blob that a mirror fails to give is asked of the next.</summary>
    public IReadOnlyList<Endpoint> From(string endpoint, ImageReference reference) =>
        reference.Host == ImageReference.DefaultHost && config.RegistryMirrors.Contains(endpoint)
            ? [.. config.RegistryMirrors.SkipWhile(m => m != endpoint).Select(m => new Endpoint(m, Mirror: true)), new(DockerHub, Mirror: false)]
            : [new(endpoint, Mirror: false)];

    public void Spoke(Uri uri) => spoken.TryAdd(uri.Authority, uri.Scheme);

    public bool HasSpoken(Endpoint endpoint) => spoken.ContainsKey(new Uri(endpoint.Base).Authority);

    /// <summary>May have a bad certificate, or speak plain http.</summary>
    public bool IsLenient(string authority)
    {
        var host = Host(authority);
        return IsLoopback(host)
            || config.InsecureRegistries.Exists(r => string.Equals(r, authority, StringComparison.OrdinalIgnoreCase))
            || IPAddress.TryParse(host, out var address) && networks.Any(n => n.Contains(address));
    }

    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address);

    /// <summary>dockerd looks a name up to see whether its addresses are in an insecure network; so only where one is configured.</summary>
    private async Task<bool> IsNamedInNetworkAsync(string authority, CancellationToken cancel)
    {
        if (networks.Length == 0 || IPAddress.TryParse(Host(authority), out _))
        {
            return false;
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(Host(authority), cancel);
            var inside = addresses.Any(a => networks.Any(n => n.Contains(a)));
            if (inside)
            {
                lenientNames.TryAdd(authority, true);
            }

            return inside;
        }
        catch (SocketException)
        {
            // Without an address it is in no network; the request itself will say that the name is unknown.
            return false;
        }
    }

    /// <summary>As <see cref="IsLenient"/>, or a name found to be in an insecure network.</summary>
    public bool MayBeInsecure(Uri uri) => IsLenient(uri.Authority) || lenientNames.ContainsKey(uri.Authority);

    /// <summary>A CIDR; as in Go, bits of the address beyond the prefix do not count. Null where it is none.</summary>
    public static IPNetwork? Network(string text)
    {
        if (text.IndexOf('/') is not (> 0 and var slash)
            || !IPAddress.TryParse(text[..slash], out var address) || !byte.TryParse(text.AsSpan(slash + 1), out var prefix))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        if (prefix > bytes.Length * 8)
        {
            return null;
        }

        for (var bit = (int)prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), prefix);
    }

    private static string Host(string authority)
    {
        var colon = authority.LastIndexOf(':');
        var host = colon > authority.LastIndexOf(']') ? authority[..colon] : authority;
        return host.Trim('[', ']');
    }
}
