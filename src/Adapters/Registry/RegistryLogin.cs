namespace EventDock.Adapters.Registry;

using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;

/// <summary>Asks a registry's /v2/ whether it takes a credential (distribution-spec, "Determining Support").</summary>
internal sealed class RegistryLogin(RegistryHttp http, TokenServer server)
{
    private const string What = "login";

    /// <summary>
    /// The credential worth keeping: an identity token in the password's place where the token server gives one. A registry
    /// that asks nobody who he is takes any, as it does from docker.
    /// </summary>
    public async Task<Either<DomainError, Credential>> CheckAsync(
        Endpoint endpoint, RegistryName registry, Credential credential, CancellationToken cancel)
    {
        var request = new RegistryRequest(new Uri($"{endpoint.Base}/v2/"), What, [], null);
        var first = await http.AskAsync(request, cancel);
        if (first.Failed(out var error, out var response))
        {
            return error;
        }

        using (response)
        {
            if (response.StatusCode != HttpStatusCode.Unauthorized
                || response.RequestMessage!.RequestUri!.Authority != request.Uri.Authority)
            {
                return await AnsweredAsync(response, registry, credential, cancel);
            }

            return Ticket.Wanted(response, "") is { } ticket ? await BearerAsync(request, ticket, registry, credential, cancel)
                : Ticket.WantsBasic(response) && credential.IdentityToken is null
                    ? await SentAsync(request with { Authorization = new("Basic", credential.Basic) }, registry, credential, cancel)
                : new DomainError.LoginRefused(registry.Host, "it asks for credentials in no way that is known");
        }
    }

    private async Task<Either<DomainError, Credential>> BearerAsync(
        RegistryRequest request, Ticket ticket, RegistryName registry, Credential credential, CancellationToken cancel)
    {
        var fetched = await server.FetchAsync(request.Uri, ticket, registry.Host, credential, lasting: true, cancel);
        if (fetched.Failed(out var error, out var token))
        {
            return error is DomainError.RegistryDenied denied ? new DomainError.LoginRefused(registry.Host, denied.Message) : error;
        }

        var kept = token.Refresh is null ? credential : credential with { Password = "", IdentityToken = token.Refresh };
        return await SentAsync(
            request with { Authorization = new AuthenticationHeaderValue("Bearer", token.Value) }, registry, kept, cancel);
    }

    private async Task<Either<DomainError, Credential>> SentAsync(
        RegistryRequest request, RegistryName registry, Credential credential, CancellationToken cancel)
    {
        var answer = await http.AskAsync(request, cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error;
        }

        using (response)
        {
            return await AnsweredAsync(response, registry, credential, cancel);
        }
    }

    private async Task<Either<DomainError, Credential>> AnsweredAsync(
        HttpResponseMessage response, RegistryName registry, Credential credential, CancellationToken cancel)
    {
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return credential;
        }

        var body = await http.ReadAsync(response, What, RegistryHttp.MaxMessageBytes, cancel);
        var refusal = RegistryErrors.Of(
            response.StatusCode, body.IfLeft([]), response.RequestMessage!.RequestUri!, What, registry.Host,
            message => new DomainError.RegistryRefused(registry.Host, What, 404, message));
        return refusal is DomainError.RegistryDenied denied ? new DomainError.LoginRefused(registry.Host, denied.Message) : refusal;
    }
}
