namespace EventDock.Adapters.Registry;

using System.IO;
using System.Net;
using System.Net.Http;
using System.Runtime.InteropServices;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>Registries over HTTP (OCI distribution-spec, "Pull").</summary>
public static class RegistryAdapter
{
    /// <summary>Nothing is opened until something is asked for; one set of connections serves all requests.</summary>
    /// <param name="handlerForTests">Takes the place of the network.</param>
    /// <param name="credentials">Null where there are none.</param>
    /// <param name="certificates">A directory for each host[:port], as docker lays it out.</param>
    public static Domain.Images.Registry Create(
        EngineConfig config, HttpMessageHandler? handlerForTests = null, RegistryTiming? timing = null, CredentialPlaces? credentials = null,
        string certificates = RegistryCertificates.DefaultDirectory)
    {
        var endpoints = new Endpoints(config);
        var http = new RegistryHttp(endpoints, new(certificates), handlerForTests, timing ?? RegistryTiming.Default);
        var files = new CredentialFiles(credentials ?? CredentialPlaces.Nowhere);
        var auth = new TokenAuth(http, new TokenServer(http, endpoints), endpoints, files);
        var client = new RegistryClient(http, auth);
        var tags = new TagList(http, auth);
        var signatures = new SignatureFinder(http, auth);
        var push = new PushClient(http, auth);
        var uploads = new Uploads(http, auth);
        return new(
            Resolve: (reference, platform, cancel) => InterruptibleAsync(async () =>
            {
                var candidates = await endpoints.ForAsync(reference, cancel);
                return await FirstAsync(endpoints, candidates, e => client.ResolveAsync(e, reference.Tagged, platform, cancel));
            }, cancel).ToAsync(),
            OpenLayer: (image, blob, cancel) => InterruptibleAsync(() => FirstAsync(
                endpoints, endpoints.From(image.Endpoint, image.Reference),
                e => client.OpenAsync(e, image.Reference, blob, cancel)), cancel).ToAsync())
        {
            Downloads = () => config.Downloads,
            Tags = (reference, cancel) => InterruptibleAsync(async () =>
            {
                var candidates = await endpoints.ForAsync(reference, cancel);
                return (await FirstAsync(endpoints, candidates, e => tags.ListAsync(e, reference, cancel))).Map(found => found.ToSeq());
            }, cancel).ToAsync(),
            Signatures = (image, payloads, cancel) => InterruptibleAsync(() => FirstAsync(
                endpoints, endpoints.From(image.Endpoint, image.Reference),
                e => signatures.FindAsync(e, image, payloads, cancel)), cancel).ToAsync(),
            Push = new(
                Open: (reference, cancel) => InterruptibleAsync(async () =>
                {
                    var candidates = await endpoints.ForRegistryAsync(reference.Host, cancel);
                    return await FirstAsync(endpoints, candidates, e => push.OpenAsync(e, reference, cancel));
                }, cancel).ToAsync(),
                Blob: (target, blob, cancel) => InterruptibleAsync(() => uploads.PushAsync(target, blob, cancel), cancel).ToAsync(),
                Manifest: (target, tag, type, bytes, cancel) => InterruptibleAsync(
                    () => push.PutAsync(target, tag, type, bytes, cancel), cancel).ToAsync())
            {
                Uploads = () => config.Uploads,
            },
        };
    }

    /// <summary>Logging in and out.</summary>
    public static RegistryAccounts Accounts(
        EngineConfig config, CredentialPlaces places, RegistryTiming? timing = null,
        string certificates = RegistryCertificates.DefaultDirectory)
    {
        var endpoints = new Endpoints(config);
        var http = new RegistryHttp(endpoints, new(certificates), null, timing ?? RegistryTiming.Default);
        var login = new RegistryLogin(http, new TokenServer(http, endpoints));
        var files = new CredentialFiles(places);
        return new(
            Stored: (registry, cancel) => InterruptibleAsync(
                async () => (await files.FindAsync(registry, "", cancel)).Map(found =>
                    found.Credential is { } kept ? Some(kept) : Option<Credential>.None),
                cancel).ToAsync(),
            Check: (registry, credential, cancel) => InterruptibleAsync(async () =>
            {
                var candidates = await endpoints.ForRegistryAsync(registry, cancel);
                return await FirstAsync(endpoints, candidates, e => login.CheckAsync(e, registry, credential, cancel));
            }, cancel).ToAsync(),
            Keep: (registry, credential, cancel) =>
                InterruptibleAsync(() => files.KeepAsync(registry, credential, cancel), cancel).ToAsync(),
            Forget: (registry, cancel) => InterruptibleAsync(() => files.ForgetAsync(registry, cancel), cancel).ToAsync());
    }

    /// <summary>This machine in Go's words.</summary>
    public static Platform HostPlatform { get; } = RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => new("linux", "amd64", null),
        Architecture.Arm64 => new("linux", "arm64", "v8"),
        Architecture.Arm => new("linux", "arm", "v7"),
        Architecture.Armv6 => new("linux", "arm", "v6"),
        Architecture.X86 => new("linux", "386", null),
        Architecture.LoongArch64 => new("linux", "loong64", null),
        var other => new("linux", other.ToString().ToLowerInvariant(), null),
    };

    /// <summary>
    /// The first endpoint that succeeds; where none does, the last error. After a mirror the next is asked whatever went wrong;
    /// after https, http only where nothing spoke https at all.
    /// </summary>
    private static async Task<Either<DomainError, T>> FirstAsync<T>(
        Endpoints endpoints, IReadOnlyList<Endpoint> candidates, Func<Endpoint, Task<Either<DomainError, T>>> ask)
    {
        for (var i = 0; ; i++)
        {
            var result = await ask(candidates[i]);
            if (result.IsRight || i == candidates.Count - 1
                || !candidates[i].Mirror && (!IsUnreachable(result) || endpoints.HasSpoken(candidates[i])))
            {
                return result;
            }
        }
    }

    private static bool IsUnreachable<T>(Either<DomainError, T> result) =>
        result.Match(Right: _ => false, Left: e => e is DomainError.RegistryUnreachable);

    private static async Task<Either<DomainError, T>> InterruptibleAsync<T>(Func<Task<Either<DomainError, T>>> work, CancellationToken cancel)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new DomainError.Interrupted();
        }
    }
}
