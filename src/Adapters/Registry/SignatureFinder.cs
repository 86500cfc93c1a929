namespace EventDock.Adapters.Registry;

using System.Net;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>
/// What a registry holds beside an image: cosign's tag, the list of referrers, and the tag that stands for that list where a
/// registry does not know it, all three asked for at once. All of it has the time in which a connection must be made, and no more.
/// </summary>
internal sealed class SignatureFinder(RegistryHttp http, TokenAuth auth)
{
    /// <summary>More than this is not looked at.</summary>
    private const int MostFound = 64;

    /// <summary>Of so many signatures the payloads are fetched.</summary>
    private const int MostPayloads = 16;

    private static readonly string[] Types = [MediaType.OciManifest, MediaType.OciIndex, MediaType.DockerManifest];

    /// <param name="Bytes">Null where there is nothing.</param>
    private sealed record Document(byte[]? Bytes);

    /// <param name="payloads">Fetch what is to be verified, too.</param>
    public async Task<Either<DomainError, SignaturesBeside>> FindAsync(
        Endpoint endpoint, RemoteImage image, bool payloads, CancellationToken cancel)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        all.CancelAfter(http.Brief);
        try
        {
            var found = await LookAsync(endpoint, image, payloads, all.Token);
            // Who mirrors images need not mirror what stands beside them.
            return endpoint.Mirror && found.Found.IsEmpty
                ? new DomainError.ManifestUnknown(CosignJson.Tag(image.Digest))
                : found;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new DomainError.RegistryUnreachable(
                new Uri(endpoint.Base).Authority, $"signatures of {image.Reference.Familiar} did not come within {http.Brief.TotalSeconds:0} s");
        }
    }

    private async Task<SignaturesBeside> LookAsync(Endpoint endpoint, RemoteImage image, bool payloads, CancellationToken cancel)
    {
        var (whole, found) = (true, new List<SignatureBeside>());
        var answers = await Task.WhenAll(
            GetAsync(endpoint, image, $"manifests/{CosignJson.Tag(image.Digest)}", ManifestJson.MaxBytes, cancel),
            GetAsync(endpoint, image, $"referrers/{image.Digest.Value}", ManifestJson.MaxBytes, cancel),
            GetAsync(endpoint, image, $"manifests/sha256-{image.Digest.Hex}", ManifestJson.MaxBytes, cancel));
        if (Bytes(answers[0]) is { } cosign)
        {
            found.Add(await SignatureAsync(Digest.Of(cosign), SignatureBeside.CosignKind, cosign));
        }

        var referrers = Listed(answers[1]) + Listed(answers[2]);
        foreach (var referrer in referrers.DistinctBy(r => r.Manifest.Digest.Hex).Take(MostFound))
        {
            var bytes = payloads && referrer.Kind is CosignJson.ArtifactType or CosignJson.PayloadType && found.Count < MostPayloads
                ? Bytes(await GetAsync(endpoint, image, $"manifests/{referrer.Manifest.Digest.Value}", ManifestJson.MaxBytes, cancel))
                : null;
            found.Add(bytes is not null && Digest.Of(bytes).Hex == referrer.Manifest.Digest.Hex
                ? await SignatureAsync(referrer.Manifest.Digest, referrer.Kind, bytes)
                : new SignatureBeside(referrer.Manifest.Digest, referrer.Kind, Seq<SignedPayload>()));
        }

        return new SignaturesBeside(found.ToSeq(), whole && referrers.Count <= MostFound);

        byte[]? Bytes(Either<DomainError, Document> answer)
        {
            whole &= answer.IsRight;
            return answer.MatchUnsafe<byte[]?>(Right: d => d.Bytes, Left: _ => null);
        }

        Seq<Referrer> Listed(Either<DomainError, Document> answer)
        {
            var listed = Bytes(answer) is { } bytes ? CosignJson.Referrers(bytes) : Seq<Referrer>();
            whole &= listed.IsRight;
            return listed.IfLeft(Seq<Referrer>());
        }

        async Task<SignatureBeside> SignatureAsync(Digest digest, string kind, byte[] manifest)
        {
            var layers = payloads ? CosignJson.Layers(manifest) : Seq<CosignLayer>();
            whole &= layers.IsRight;
            var fetched = new List<SignedPayload>();
            foreach (var layer in layers.IfLeft(Seq<CosignLayer>()).Take(MostPayloads))
            {
                var payload = Bytes(await GetAsync(
                    endpoint, image, $"blobs/{layer.Payload.Digest.Value}", CosignJson.MaxPayloadBytes, cancel));
                if (payload is not null && Digest.Of(payload).Hex == layer.Payload.Digest.Hex)
                {
                    fetched.Add(new(payload, layer.Signature));
                }
            }

            return new(digest, kind, fetched.ToSeq());
        }
    }

    private async Task<Either<DomainError, Document>> GetAsync(
        Endpoint endpoint, RemoteImage image, string path, int most, CancellationToken cancel)
    {
        var what = $"signatures of {image.Reference.Familiar}";
        var uri = new Uri($"{endpoint.Base}/v2/{image.Reference.Path}/{path}");
        var answer = await auth.AskAsync(endpoint, image.Reference, new(uri, what, Types, null), cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error;
        }

        using (response)
        {
            return response.StatusCode switch
            {
                HttpStatusCode.OK => (await http.ReadAsync(response, what, most, cancel)).Map(bytes => new Document(bytes)),
                // Registries of before the list of referrers answer it in either of these ways.
                HttpStatusCode.NotFound or HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed => new Document(null),
                _ => await RegistryErrors.ReadAsync(http, response, what, image.Reference, cancel),
            };
        }
    }
}
