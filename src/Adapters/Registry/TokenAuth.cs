namespace EventDock.Adapters.Registry;

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>Anonymous bearer tokens (distribution, "Token Authentication Specification"). There are no credentials to lose.</summary>
internal sealed class TokenAuth(RegistryHttp http, Endpoints endpoints)
{
    private const int MaxTokenBytes = 1024 * 1024;

    /// <summary>By realm, service and scope.</summary>
    private readonly ConcurrentDictionary<Ticket, string> tokens = new();

    /// <summary>What a repository at an endpoint asked for last time, so that the next request need not be refused first.</summary>
    private readonly ConcurrentDictionary<(string Endpoint, string Path), Ticket> asked = new();

    private sealed record Ticket(string Realm, string Service, string Scope);

    /// <summary>The answer, after fetching a token where the registry wants one; still 401 where that does not help.</summary>
    public async Task<Either<DomainError, HttpResponseMessage>> GetAsync(
        Endpoint endpoint, ImageReference reference, RegistryRequest request, CancellationToken cancel)
    {
        var place = (endpoint.Base, reference.Path);
        var known = asked.TryGetValue(place, out var old) && tokens.TryGetValue(old, out var token)
            ? new AuthenticationHeaderValue("Bearer", token)
            : null;
        var answer = await http.GetAsync(request with { Authorization = known }, cancel);
        if (answer.Failed(out _, out var response)
            || response.StatusCode != HttpStatusCode.Unauthorized
            || response.RequestMessage!.RequestUri!.Authority != request.Uri.Authority
            || Wanted(response, reference) is not { } ticket)
        {
            return answer;
        }

        response.Dispose();
        var fresh = await FetchAsync(request.Uri, ticket, reference, cancel);
        if (fresh.Failed(out var error, out var value))
        {
            return error;
        }

        (tokens[ticket], asked[place]) = (value, ticket);
        return await http.GetAsync(request with { Authorization = new("Bearer", value) }, cancel);
    }

    /// <summary>The first bearer challenge that says where; null where there is none (basic, or nothing).</summary>
    private static Ticket? Wanted(HttpResponseMessage response, ImageReference reference) =>
        response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var headers)
            ? headers.SelectMany(Challenge.Parse)
                .Where(c => c.Scheme == "bearer" && !string.IsNullOrEmpty(c["realm"]))
                .Select(c => new Ticket(
                    c["realm"]!, c["service"] ?? "", c["scope"] is { Length: > 0 } scope ? scope : $"repository:{reference.Path}:pull"))
                .FirstOrDefault()
            : null;

    private async Task<Either<DomainError, string>> FetchAsync(Uri registry, Ticket ticket, ImageReference reference, CancellationToken cancel)
    {
        if (!Uri.TryCreate(ticket.Realm, UriKind.Absolute, out var realm)
            || realm.Scheme != "https" && !(realm.Scheme == "http" && registry.Scheme == "http" && endpoints.MayBeInsecure(realm)))
        {
            return new DomainError.RegistryDenied(
                reference.FamiliarRepository, $"the registry sends us for a token to {Short(ticket.Realm)}, which is not https");
        }

        var query = string.Concat(
            ticket.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => $"&scope={Uri.EscapeDataString(s)}"));
        query = (ticket.Service.Length == 0 ? "" : $"&service={Uri.EscapeDataString(ticket.Service)}") + query;
        var uri = new UriBuilder(realm) { Query = (realm.Query.TrimStart('?') + query).TrimStart('&'), Fragment = "" }.Uri;
        var answer = await http.GetAsync(new(uri, "token", ["application/json"], null), cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error;
        }

        using (response)
        {
            var body = await http.ReadAsync(response, "token", MaxTokenBytes, cancel);
            return response.IsSuccessStatusCode
                ? body.Bind(bytes => Token(bytes, uri))
                : RegistryErrors.Of(
                    response.StatusCode, body.IfLeft([]), uri, "token", reference.FamiliarRepository,
                    message => new DomainError.RegistryRefused(uri.Authority, "token", 404, message));
        }
    }

    private static Either<DomainError, string> Token(byte[] body, Uri uri)
    {
        var token = StrictJson.Read<string>($"token from {uri.Authority}", body, MaxTokenBytes, (shape, root) =>
            (shape.OptionalText(root, "token") is { Length: > 0 } t ? t : shape.OptionalText(root, "access_token")) ?? "");
        return token.Bind<string>(text =>
            text.Length > 0 && text.All(c => c is > ' ' and < '\x7f')
                ? text
                : new DomainError.BadContent($"token from {uri.Authority}", "is empty or no token"));
    }

    private static string Short(string text) => text.Length <= 200 ? text : text[..200];
}
