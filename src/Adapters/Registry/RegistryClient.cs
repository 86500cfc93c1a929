namespace EventDock.Adapters.Registry;

using System.IO;
using System.Net;
using System.Net.Http;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>One image at one endpoint: its manifest, its config, its layers; every digest checked.</summary>
internal sealed class RegistryClient(RegistryHttp http, TokenAuth auth)
{
    /// <summary>An index of indexes is allowed (image-index.md); more than this is a maze.</summary>
    private const int MaxIndexDepth = 3;

    private static readonly string[] ManifestTypes =
        [MediaType.OciManifest, MediaType.OciIndex, MediaType.DockerManifest, MediaType.DockerList];

    private sealed record Fetched(byte[] Bytes, Digest Digest, ManifestOrIndex Content);

    /// <summary>From a reference to the one image in it that is for the platform.</summary>
    public async Task<Either<DomainError, RemoteImage>> ResolveAsync(
        Endpoint endpoint, ImageReference reference, Platform platform, CancellationToken cancel)
    {
        var top = await ManifestAsync(endpoint, reference, null, cancel);
        if (top.Failed(out var error, out var named))
        {
            return error;
        }

        var (found, wire) = (named, (long)named.Bytes.Length);
        for (var depth = 0; found.Content is ManifestOrIndex.Index index; depth++)
        {
            if (depth == MaxIndexDepth)
            {
                return new DomainError.BadContent($"manifest of {reference.Familiar}", "is an index of indexes without end");
            }

            if (PlatformChoice.Of(index.Entries, platform).MatchUnsafe<IndexEntry?>(e => e, () => null) is not { } entry)
            {
                return new DomainError.NoPlatform(reference.Familiar, platform.ToString());
            }

            var next = await ManifestAsync(endpoint, reference, entry.Descriptor, cancel);
            if (next.Failed(out var fault, out var below))
            {
                return fault;
            }

            (found, wire) = (below, wire + below.Bytes.Length);
        }

        var manifest = ((ManifestOrIndex.Single)found.Content).Manifest;
        var bytes = await ConfigAsync(endpoint, reference, manifest.Config, cancel);
        return bytes.Bind(config => ImageConfigJson.Parse(config).MapLeft(e => Naming(e, "config", reference)).Bind(parsed =>
            Check(reference, platform, manifest, parsed).Map(_ => new RemoteImage(
                reference, endpoint.Base, named.Digest, found.Bytes, manifest, config, parsed, wire + config.Length))));
    }

    /// <summary>A layer's body, to be read once.</summary>
    public async Task<Either<DomainError, Stream>> OpenAsync(
        Endpoint endpoint, ImageReference reference, Descriptor blob, CancellationToken cancel)
    {
        var what = $"blob {blob.Digest.Value}";
        var request = BlobRequest(endpoint, reference, blob);
        var answer = await auth.AskAsync(endpoint, reference, request, cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            using (response)
            {
                return await RefusalAsync(response, what, reference, cancel);
            }
        }

        if (response.Content.Headers.ContentLength is { } length && length != blob.Size)
        {
            response.Dispose();
            return new DomainError.Corrupt(what, $"{blob.Size} bytes", $"{length} bytes");
        }

        return new BlobStream(
            await response.Content.ReadAsStreamAsync(cancel), request.Uri.Authority, blob, http,
            (from, stop) => ResumeAsync(endpoint, reference, request with { From = from }, stop), cancel);
    }

    private async Task<Stream?> ResumeAsync(Endpoint endpoint, ImageReference reference, RegistryRequest request, CancellationToken cancel)
    {
        var answer = await auth.AskAsync(endpoint, reference, request, cancel);
        if (answer.Failed(out _, out var response))
        {
            return null;
        }

        // RFC 9110, 14.4: only a 206 that starts where we stopped goes on with the same bytes.
        if (response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == request.From)
        {
            return await response.Content.ReadAsStreamAsync(cancel);
        }

        // Who does not know Range sends all of it anew: what we have is passed over, and the digest tells whether it was the same.
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return await PastAsync(await response.Content.ReadAsStreamAsync(cancel), request.From, cancel);
        }

        response.Dispose();
        return null;
    }

    /// <summary>Null where the body ends before, is cut off or drips.</summary>
    private async Task<Stream?> PastAsync(Stream body, long from, CancellationToken cancel)
    {
        var (buffer, drip) = (new byte[64 * 1024], http.Dripping());
        try
        {
            while (from > 0)
            {
                var count = await drip.ReadAsync(body, buffer.AsMemory(0, (int)Math.Min(from, buffer.Length)), cancel);
                if (count == 0)
                {
                    break;
                }

                from -= count;
            }
        }
        catch (IOException)
        {
            // Cut off again: whoever wants the layer says so, and how far it had come.
            from = Math.Max(from, 1);
        }

        if (from == 0)
        {
            return body;
        }

        await body.DisposeAsync();
        return null;
    }

    /// <param name="by">From an index; null for what the reference itself names.</param>
    private async Task<Either<DomainError, Fetched>> ManifestAsync(
        Endpoint endpoint, ImageReference reference, Descriptor? by, CancellationToken cancel)
    {
        var what = $"manifest of {reference.Familiar}";
        var expected = by?.Digest ?? reference.Digest;
        if (by?.Size > ManifestJson.MaxBytes)
        {
            return new DomainError.BadContent(what, $"is longer than {ManifestJson.MaxBytes} bytes");
        }

        var uri = new Uri($"{endpoint.Base}/v2/{reference.Path}/manifests/{expected?.Value ?? reference.Tag}");
        var answer = await auth.AskAsync(endpoint, reference, new(uri, what, ManifestTypes, null), cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error;
        }

        using (response)
        {
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return await RefusalAsync(response, what, reference, cancel, _ => new DomainError.ManifestUnknown(reference.Familiar));
            }

            var body = await http.ReadAsync(response, what, ManifestJson.MaxBytes, cancel);
            return body.Bind(bytes => Verified(bytes, what, expected ?? Promised(response), by?.Size).Bind(digest =>
                ManifestJson.Parse(bytes, Header(response.Content.Headers.NonValidated, "Content-Type"))
                    .Map(content => new Fetched(bytes, digest, content)).MapLeft(e => Naming(e, "manifest", reference))));
        }
    }

    private async Task<Either<DomainError, byte[]>> ConfigAsync(
        Endpoint endpoint, ImageReference reference, Descriptor config, CancellationToken cancel)
    {
        var what = $"config of {reference.Familiar}";
        if (config.Size > ImageConfigJson.MaxBytes)
        {
            return new DomainError.BadContent(what, $"is longer than {ImageConfigJson.MaxBytes} bytes");
        }

        var answer = await auth.AskAsync(endpoint, reference, BlobRequest(endpoint, reference, config) with { What = what }, cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error;
        }

        using (response)
        {
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return await RefusalAsync(response, what, reference, cancel);
            }

            var body = await http.ReadAsync(response, what, ImageConfigJson.MaxBytes, cancel);
            return body.Bind(bytes => Verified(bytes, what, config.Digest, config.Size).Map(_ => bytes));
        }
    }

    private static RegistryRequest BlobRequest(Endpoint endpoint, ImageReference reference, Descriptor blob) =>
        new(new Uri($"{endpoint.Base}/v2/{reference.Path}/blobs/{blob.Digest.Value}"), $"blob {blob.Digest.Value}", [], null);

    private Task<DomainError> RefusalAsync(
        HttpResponseMessage response, string what, ImageReference reference, CancellationToken cancel, Func<string, DomainError>? notFound = null) =>
        RegistryErrors.ReadAsync(http, response, what, reference, cancel, notFound);

    /// <summary>The digest of the bytes, which is the expected one where one is expected.</summary>
    private static Either<DomainError, Digest> Verified(byte[] bytes, string what, Digest? expected, long? size)
    {
        var digest = Digest.Of(bytes);
        return size is { } promised && promised != bytes.Length
                ? new DomainError.Corrupt(what, $"{promised} bytes", $"{bytes.Length} bytes")
            : expected is not null && digest.Value != expected.Value
                ? new DomainError.Corrupt(what, expected.Value, digest.Value)
            : digest;
    }

    /// <summary>distribution-spec, "Pulling manifests": Docker-Content-Digest, where there is one we can check.</summary>
    internal static Digest? Promised(HttpResponseMessage response) =>
        Digest.Parse(Header(response.Headers.NonValidated, "Docker-Content-Digest")).MatchUnsafe<Digest?>(Right: d => d, Left: _ => null);

    private static string? Header(System.Net.Http.Headers.HttpHeadersNonValidated headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.ToString() : null;

    private static Either<DomainError, Unit> Check(ImageReference reference, Platform platform, Manifest manifest, ImageConfig config) =>
        manifest.Layers.Count != config.DiffIds.Count
            ? new DomainError.BadContent(
                $"config of {reference.Familiar}", $"lists {config.DiffIds.Count} layers and the manifest {manifest.Layers.Count}")
        : config.Platform.Os != platform.Os ? new DomainError.NoPlatform(reference.Familiar, platform.ToString())
        : unit;

    private static DomainError Naming(DomainError error, string part, ImageReference reference) =>
        error switch
        {
            DomainError.BadContent e => e with { What = $"{part} of {reference.Familiar}" },
            DomainError.NotAnImage e => e with { What = reference.Familiar },
            DomainError.NotSupported e => new DomainError.NotSupported($"{reference.Familiar}: {e.What}"),
            _ => error,
        };
}
