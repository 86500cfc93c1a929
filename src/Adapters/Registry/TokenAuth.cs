namespace EventDock.Adapters.Registry;

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>
/// Says who we are when a registry asks: a bearer token where it wants one, else the password itself (RFC 7617). Who has no
/// credential for the registry asks anonymously.
/// </summary>
internal sealed class TokenAuth(RegistryHttp http, TokenServer server, Endpoints endpoints, CredentialFiles credentials)
{
    /// <summary>By realm, service and scope.</summary>
    private readonly ConcurrentDictionary<Ticket, string> tokens = new();

    /// <summary>What a repository at an endpoint asked for last time, so that the next request need not be refused first.</summary>
    private readonly ConcurrentDictionary<(string Endpoint, string Path), Ticket> asked = new();

    /// <summary>Repositories at endpoints that want the password with every request.</summary>
    private readonly ConcurrentDictionary<(string Endpoint, string Path), Credential> basic = new();

    /// <summary>The answer, after saying who we are where the registry asks; still 401 where that does not help.</summary>
    public async Task<Either<DomainError, HttpResponseMessage>> AskAsync(
        Endpoint endpoint, ImageReference reference, RegistryRequest request, CancellationToken cancel)
    {
        var place = (endpoint.Base, reference.Path);
        var known = Known(place);
        var answer = await http.AskAsync(request with { Authorization = known }, cancel);
        if (answer.Failed(out _, out var response)
            || response.StatusCode != HttpStatusCode.Unauthorized
            || response.RequestMessage!.RequestUri!.Authority != request.Uri.Authority)
        {
            return answer;
        }

        var ticket = Ticket.Wanted(response, $"repository:{reference.Path}:{request.Actions}");
        if (ticket is null && !Ticket.WantsBasic(response))
        {
            return answer;
        }

        var looked = await credentials.FindAsync(endpoints.NameOf(endpoint), reference.Path, cancel);
        if (looked.Failed(out var unread, out var found))
        {
            response.Dispose();
            return unread;
        }

        if (ticket is null)
        {
            // Several requests may have been refused before one of them made the password known.
            return found.Credential is { IdentityToken: null } credential && known?.Scheme != "Basic"
                ? await BasicAsync(place, response, request, credential, cancel)
                : answer;
        }

        response.Dispose();
        return await BearerAsync(place, reference, request, ticket, found.Credential, cancel);
    }

    private AuthenticationHeaderValue? Known((string, string) place) =>
        basic.TryGetValue(place, out var credential) ? new("Basic", credential.Basic)
        : asked.TryGetValue(place, out var ticket) && tokens.TryGetValue(ticket, out var token) ? new("Bearer", token)
        : null;

    private async Task<Either<DomainError, HttpResponseMessage>> BasicAsync(
        (string, string) place, HttpResponseMessage refused, RegistryRequest request, Credential credential, CancellationToken cancel)
    {
        refused.Dispose();
        var answer = await http.AskAsync(request with { Authorization = new("Basic", credential.Basic) }, cancel);
        if (!answer.Failed(out _, out var response) && response.StatusCode != HttpStatusCode.Unauthorized)
        {
            basic[place] = credential;
        }

        return answer;
    }

    /// <summary>
    /// A realm that may not have our credential is asked for an anonymous token, which is enough for what is public; where it is
    /// not, the refusal says what keeps the credential at home.
    /// </summary>
    private async Task<Either<DomainError, HttpResponseMessage>> BearerAsync(
        (string, string) place, ImageReference reference, RegistryRequest request, Ticket ticket, Credential? credential,
        CancellationToken cancel)
    {
        var kept = credential is not null && !server.MayKnow(request.Uri, ticket);
        var fresh = await server.FetchAsync(
            request.Uri, ticket, reference.FamiliarRepository, kept ? null : credential, lasting: false, cancel);
        if (fresh.Failed(out var error, out var token))
        {
            return kept && error is DomainError.RegistryDenied ? Kept(request, ticket) : error;
        }

        (tokens[ticket], asked[place]) = (token.Value, ticket);
        var answer = await http.AskAsync(request with { Authorization = new("Bearer", token.Value) }, cancel);
        if (!kept || answer.Failed(out _, out var response)
            || response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
        {
            return answer;
        }

        response.Dispose();
        return Kept(request, ticket);
    }

    private static DomainError Kept(RegistryRequest request, Ticket ticket) =>
        new DomainError.RealmNotTrusted(request.Uri.Authority, new Uri(ticket.Realm).Authority);
}
