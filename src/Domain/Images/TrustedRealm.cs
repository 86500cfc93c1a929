namespace EventDock.Domain.Images;

using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>A token server on another host than its registry's, to which the registry's credentials may go.</summary>
/// <param name="Registry">host[:port]</param>
/// <param name="Realm">host[:port]</param>
public sealed record TrustedRealm(string Registry, string Realm)
{
    private const string Key = "trusted-realms";

    /// <summary>From an object of registries, each with an array of hosts.</summary>
    public static Either<DomainError, Seq<TrustedRealm>> Read(JsonShape shape, JsonElement root)
    {
        if (shape.OptionalObject(root, Key) is not { } map)
        {
            return Seq<TrustedRealm>();
        }

        var pairs = new List<TrustedRealm>();
        foreach (var registry in map.EnumerateObject())
        {
            pairs.AddRange(shape.Texts(map, registry.Name).Map(realm => new TrustedRealm(registry.Name, realm)));
        }

        return pairs.ToSeq().All(pair =>
            !IsHost(pair.Registry) ? new DomainError.Invalid(Key, pair.Registry, "must be host[:port]")
            : !IsHost(pair.Realm) ? new DomainError.Invalid(Key, pair.Realm, "must be host[:port]")
            : Right<DomainError, TrustedRealm>(pair));
    }

    /// <summary>As it stands in the authority of a URL, without a user.</summary>
    private static bool IsHost(string text) =>
        Uri.TryCreate($"https://{text}/", UriKind.Absolute, out var uri)
        && uri.Authority.Equals(text, StringComparison.OrdinalIgnoreCase);
}
