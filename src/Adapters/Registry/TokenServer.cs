namespace EventDock.Adapters.Registry;

using System.Net.Http;
using System.Net.Http.Headers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What a registry wants a token for.</summary>
internal sealed record Ticket(string Realm, string Service, string Scope)
{
    /// <summary>The first bearer challenge that says where; null where there is none (basic, or nothing).</summary>
    /// <param name="scope">Where the challenge names none.</param>
    public static Ticket? Wanted(HttpResponseMessage response, string scope) =>
        Challenges(response).Where(c => c.Scheme == "bearer" && !string.IsNullOrEmpty(c["realm"]))
            .Select(c => new Ticket(c["realm"]!, c["service"] ?? "", c["scope"] is { Length: > 0 } named ? named : scope))
            .FirstOrDefault();

    public static bool WantsBasic(HttpResponseMessage response) => Challenges(response).Any(c => c.Scheme == "basic");

    private static IEnumerable<Challenge> Challenges(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var headers) ? headers.SelectMany(Challenge.Parse) : [];
}

/// <param name="Refresh">Worth keeping in the password's place; null where none was asked for or given.</param>
internal sealed record Token(string Value, string? Refresh);

/// <summary>
/// Tokens of a realm (distribution, "Token Authentication Specification" and "OAuth2 Token Authentication"). Whether a
/// credential may go there is asked here, at the only place from which one goes to a realm.
/// </summary>
internal sealed class TokenServer(RegistryHttp http, Endpoints endpoints)
{
    private const int MaxTokenBytes = 1024 * 1024;
    private const string Client = "eventdock";

    /// <summary>The realm has a host to which this registry's credentials may go.</summary>
    public bool MayKnow(Uri registry, Ticket ticket) =>
        Uri.TryCreate(ticket.Realm, UriKind.Absolute, out var realm) && endpoints.MayHaveCredentials(registry, realm);

    /// <param name="registry">Who sends us there.</param>
    /// <param name="repository">How errors name what the token is for.</param>
    /// <param name="credential">Null for an anonymous token.</param>
    /// <param name="lasting">Ask for a refresh token, too.</param>
    public async Task<Either<DomainError, Token>> FetchAsync(
        Uri registry, Ticket ticket, string repository, Credential? credential, bool lasting, CancellationToken cancel)
    {
        if (!Uri.TryCreate(ticket.Realm, UriKind.Absolute, out var realm)
            || realm.Scheme != "https" && !(realm.Scheme == "http" && registry.Scheme == "http" && endpoints.MayBeInsecure(realm)))
        {
            return new DomainError.RegistryDenied(
                repository, $"the registry sends us for a token to {Short(ticket.Realm)}, which is not https");
        }

        if (credential is not null && !endpoints.MayHaveCredentials(registry, realm))
        {
            return new DomainError.RealmNotTrusted(registry.Authority, realm.Authority);
        }

        var request = credential?.IdentityToken is { } identity ? Posted(realm, ticket, identity) : Asked(realm, ticket, credential, lasting);
        var answer = await http.AskAsync(request, cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error;
        }

        using (response)
        {
            var body = await http.ReadAsync(response, "token", MaxTokenBytes, cancel);
            return response.IsSuccessStatusCode
                ? body.Bind(bytes => Read(bytes, realm))
                : RegistryErrors.Of(
                    response.StatusCode, body.IfLeft([]), realm, "token", repository,
                    message => new DomainError.RegistryRefused(realm.Authority, "token", 404, message));
        }
    }

    private static RegistryRequest Asked(Uri realm, Ticket ticket, Credential? credential, bool lasting)
    {
        var query = ticket.Service.Length == 0 ? "" : $"&service={Uri.EscapeDataString(ticket.Service)}";
        query += string.Concat(Scopes(ticket).Select(s => $"&scope={Uri.EscapeDataString(s)}"));
        query += credential is null ? "" : $"&account={Uri.EscapeDataString(credential.User)}";
        query += lasting ? $"&offline_token=true&client_id={Client}" : "";
        var uri = new UriBuilder(realm) { Query = (realm.Query.TrimStart('?') + query).TrimStart('&'), Fragment = "" }.Uri;
        return new(uri, "token", ["application/json"], credential is null ? null : new AuthenticationHeaderValue("Basic", credential.Basic));
    }

    private static RegistryRequest Posted(Uri realm, Ticket ticket, string identity) =>
        new(realm, "token", ["application/json"], null)
        {
            Form =
            [
                ("grant_type", "refresh_token"), ("service", ticket.Service), ("client_id", Client),
                ("scope", string.Join(' ', Scopes(ticket))), ("refresh_token", identity),
            ],
        };

    private static string[] Scopes(Ticket ticket) => ticket.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Either<DomainError, Token> Read(byte[] body, Uri realm)
    {
        var what = $"token from {realm.Authority}";
        var token = StrictJson.Read<Token>(what, body, MaxTokenBytes, (shape, root) => new Token(
            (shape.OptionalText(root, "token") is { Length: > 0 } t ? t : shape.OptionalText(root, "access_token")) ?? "",
            shape.OptionalText(root, "refresh_token") is { Length: > 0 } refresh ? refresh : null));
        return token.Bind<Token>(read =>
            read.Value.Length > 0 && read.Value.All(c => c is > ' ' and < '\x7f')
                ? read
                : new DomainError.BadContent(what, "is empty or no token"));
    }

    private static string Short(string text) => text.Length <= 200 ? text : text[..200];
}
