namespace EventDock.Adapters.Registry;

using System.Net;

/// <summary>
/// NO_PROXY as Go reads it (golang.org/x/net/http/httpproxy), so as docker does: <c>*</c>, addresses, networks as CIDR, <c>name</c> with all
/// below it, <c>.name</c> and <c>*.name</c> with only what is below, each but a network perhaps with a port.
/// </summary>
public sealed class NoProxy
{
    private readonly IReadOnlyList<Func<string, IPAddress?, int, bool>> rules;

    private NoProxy(IReadOnlyList<Func<string, IPAddress?, int, bool>> rules) => this.rules = rules;

    /// <param name="variable">The environment: the capital spelling outweighs the small one, as in Go.</param>
    public static NoProxy Of(Func<string, string?> variable) =>
        Parse(variable("NO_PROXY") is { Length: > 0 } value ? value : variable("no_proxy") ?? "");

    public static NoProxy Parse(string text) =>
        new(text.Split(',').Select(entry => entry.Trim().ToLowerInvariant()).Where(entry => entry.Length > 0).Select(Rule).ToArray());

    public bool Covers(Uri destination)
    {
        var host = destination.Host.Trim('[', ']').ToLowerInvariant().TrimEnd('.');
        var address = IPAddress.TryParse(host, out var parsed) ? parsed : null;
        return rules.Any(rule => rule(host, address, destination.Port));
    }

    private static Func<string, IPAddress?, int, bool> Rule(string entry)
    {
        if (entry == "*")
        {
            return (_, _, _) => true;
        }

        if (Endpoints.Network(entry) is { } network)
        {
            return (_, address, _) => address is not null && network.Contains(address);
        }

        var (name, port) = Split(entry);
        if (IPAddress.TryParse(name.Trim('[', ']'), out var one))
        {
            return (_, address, to) => one.Equals(address) && (port is null || port == to);
        }

        var below = name.StartsWith("*.", StringComparison.Ordinal) ? name[1..] : name;
        var suffix = below.StartsWith('.') ? below : "." + below;
        return (host, address, to) =>
            address is null && (host.EndsWith(suffix, StringComparison.Ordinal) || suffix != below && host == below)
            && (port is null || port == to);
    }

    /// <summary>More than one colon outside brackets is an IPv6 address, which has no port then.</summary>
    private static (string Name, int? Port) Split(string entry)
    {
        var colon = entry.LastIndexOf(':');
        return colon > entry.LastIndexOf(']') && (entry.StartsWith('[') || entry.IndexOf(':') == colon)
            && int.TryParse(entry.AsSpan(colon + 1), out var port)
                ? (entry[..colon], port)
                : (entry, null);
    }
}
