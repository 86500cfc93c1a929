namespace EventDock.Adapters.Registry;

using System.Net;
using System.Net.Http;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>The beginning and the end of a push: the registry found, and the manifest put (distribution-spec, "Push").</summary>
internal sealed class PushClient(RegistryHttp http, TokenAuth auth)
{
    /// <summary>
    /// Asks for the tag that will be put. What it answers does not matter, only that it does, and who it wants to know us as: what
    /// may not be pulled may well be pushed, and the other way round.
    /// </summary>
    public async Task<Either<DomainError, PushTarget>> OpenAsync(Endpoint endpoint, ImageReference reference, CancellationToken cancel)
    {
        var uri = new Uri($"{endpoint.Base}/v2/{reference.Path}/manifests/{reference.Tag}");
        var request = new RegistryRequest(uri, $"manifest of {reference.Familiar}", [MediaType.OciManifest, MediaType.DockerManifest], null)
        {
            Method = HttpMethod.Head,
        };
        var answer = await auth.AskAsync(endpoint, reference, request, cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error is DomainError.RegistryDenied ? new PushTarget(reference, endpoint.Base) : error;
        }

        using (response)
        {
            return (int)response.StatusCode >= 500
                ? await RegistryErrors.ReadAsync(http, response, request.What, reference, cancel)
                : new PushTarget(reference, endpoint.Base);
        }
    }

    public async Task<Either<DomainError, Digest>> PutAsync(
        PushTarget target, string tag, string mediaType, byte[] manifest, CancellationToken cancel)
    {
        var what = $"manifest of {target.Repository.FamiliarRepository}:{tag}";
        var uri = new Uri($"{target.Endpoint}/v2/{target.Repository.Path}/manifests/{tag}");
        var request = new RegistryRequest(uri, what, [], null) { Method = HttpMethod.Put, Body = _ => Body(manifest, mediaType) };
        var answer = await auth.AskAsync(new Endpoint(target.Endpoint, Mirror: false), target.Repository, request, cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error;
        }

        using (response)
        {
            // The specification says 201; some registries say 200 or 202, and have it.
            var digest = Digest.Of(manifest);
            return !response.IsSuccessStatusCode ? await RegistryErrors.ReadAsync(http, response, what, target.Repository, cancel)
                : RegistryClient.Promised(response) is { } known && known.Hex != digest.Hex
                    ? new DomainError.Corrupt(what, digest.Value, known.Value)
                : digest;
        }
    }

    private static ByteArrayContent Body(byte[] manifest, string mediaType)
    {
        var content = new ByteArrayContent(manifest);
        content.Headers.ContentType = new(mediaType);
        return content;
    }
}
