namespace EventDock.Adapters.Registry;

using System.Collections.Concurrent;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using EventDock.Domain.Kernel;

/// <summary>
/// Requests with what every one to a registry needs: redirects that keep credentials at home, waiting out a 429 or a 5xx, and
/// an end to every wait. The clients are made when first used.
/// </summary>
internal sealed class RegistryHttp
{
    public const int MaxMessageBytes = 64 * 1024;
    private const int MaxRedirects = 10;
    private const int Retries = 3;

    private readonly Endpoints endpoints;
    private readonly RegistryTiming timing;
    private readonly RegistryCertificates certificates;
    private readonly Func<HostCertificates, bool, HttpClient> client;
    private readonly Lazy<HttpClient> strict;
    private readonly Lazy<HttpClient> lenient;

    /// <summary>Hosts with certificates of their own.</summary>
    private readonly ConcurrentDictionary<string, Lazy<Either<DomainError, HttpClient>>> own = new(StringComparer.OrdinalIgnoreCase);

    public RegistryHttp(Endpoints endpoints, RegistryCertificates certificates, HttpMessageHandler? handler, RegistryTiming timing)
    {
        (this.endpoints, this.certificates, this.timing) = (endpoints, certificates, timing);
        client = (host, any) => Client(handler ?? Handler(host, any));
        strict = new(() => client(HostCertificates.None, false));
        lenient = new(() => client(HostCertificates.None, true));
    }

    /// <summary>The final answer, whatever its status, its body not yet read. The caller disposes it.</summary>
    public async Task<Either<DomainError, HttpResponseMessage>> AskAsync(RegistryRequest request, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await FollowAsync(request, cancel);
            if (answer.Failed(out _, out var response)
                || attempt == Retries
                || response.StatusCode != HttpStatusCode.TooManyRequests && (request.Once || (int)response.StatusCode < 500))
            {
                return answer;
            }

            var wait = Wait(response.Headers.RetryAfter, attempt);
            response.Dispose();
            await Task.Delay(wait, cancel);
        }
    }

    /// <summary>The body of an answer of bounded length.</summary>
    public async Task<Either<DomainError, byte[]>> ReadAsync(HttpResponseMessage response, string what, int limit, CancellationToken cancel)
    {
        var uri = response.RequestMessage!.RequestUri!;
        var tooLong = new DomainError.BadContent(what, $"is longer than {limit} bytes");
        if (response.Content.Headers.ContentLength > limit)
        {
            return tooLong;
        }

        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        all.CancelAfter(timing.Small);
        try
        {
            var body = new MemoryStream();
            await using var stream = await response.Content.ReadAsStreamAsync(all.Token);
            var buffer = new byte[16 * 1024];
            int count;
            while ((count = await ReadOrStallAsync(stream, buffer, all.Token)) > 0)
            {
                body.Write(buffer, 0, count);
                if (body.Length > limit)
                {
                    return tooLong;
                }
            }

            return response.Content.Headers.ContentLength is { } promised && promised != body.Length
                ? new DomainError.RegistryUnreachable(uri.Authority, $"{what} was cut off")
                : body.ToArray();
        }
        catch (IOException e)
        {
            return new DomainError.RegistryUnreachable(uri.Authority, $"{what} was cut off: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new DomainError.RegistryUnreachable(uri.Authority, $"{what} did not come within {timing.Small.TotalSeconds:0} s");
        }
    }

    /// <summary>Reads; no byte for the time of <see cref="RegistryTiming.Stall"/> is an <see cref="IOException"/>.</summary>
    public async ValueTask<int> ReadOrStallAsync(Stream stream, Memory<byte> buffer, CancellationToken cancel)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stall.CancelAfter(timing.Stall);
        try
        {
            return await stream.ReadAsync(buffer, stall.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"no byte for {timing.Stall.TotalSeconds:0} s");
        }
    }

    /// <summary>For what is small, however many requests it takes.</summary>
    public TimeSpan Small => timing.Small;

    /// <summary>For what nobody has asked for.</summary>
    public TimeSpan Brief => timing.Connect;

    /// <summary>A watch over one body: fewer bytes in a window than there must be are an <see cref="IOException"/>.</summary>
    public Drip Dripping() => new(this, timing);

    /// <summary>What is waited before trying again: doubled each time, and never the same for two that were refused together.</summary>
    public TimeSpan Backoff(int attempt) => timing.Backoff * (1 << attempt) * (0.5 + Random.Shared.NextDouble());

    private TimeSpan Wait(RetryConditionHeaderValue? asked, int attempt)
    {
        var wait = asked?.Delta ?? (asked?.Date is { } date ? date - DateTimeOffset.UtcNow : Backoff(attempt));
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > timing.LongestWait ? timing.LongestWait : wait;
    }

    private async Task<Either<DomainError, HttpResponseMessage>> FollowAsync(RegistryRequest request, CancellationToken cancel)
    {
        var uri = request.Uri;
        for (var hop = 0; ; hop++)
        {
            var answer = await SendAsync(request, uri, cancel);
            if (answer.Failed(out _, out var response) || !request.Follows((int)response.StatusCode)
                || response.Headers.Location is not { } location)
            {
                return answer;
            }

            var status = (int)response.StatusCode;
            response.Dispose();
            var next = location.IsAbsoluteUri ? location : new Uri(uri, location);
            var fault = hop == MaxRedirects ? $"redirects more than {MaxRedirects} times"
                : next.Scheme is not ("http" or "https") ? $"redirects to {next.Scheme}:"
                : uri.Scheme == "https" && next.Scheme == "http" ? "redirects from https to http"
                : null;
            if (fault is not null)
            {
                return new DomainError.RegistryRefused(uri.Authority, request.What, status, fault);
            }

            uri = next;
        }
    }

    private async Task<Either<DomainError, HttpResponseMessage>> SendAsync(RegistryRequest request, Uri uri, CancellationToken cancel)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var patience = timing.Connect + (request.Slow ? timing.Small : timing.Stall);
        stall.CancelAfter(patience);
        using var message = new HttpRequestMessage(request.Form is null ? request.Method : HttpMethod.Post, uri)
        {
            Content = request.Form is { } form ? Encoded(form) : request.Body?.Invoke(() => stall.CancelAfter(patience)),
        };
        foreach (var type in request.Accept)
        {
            message.Headers.Accept.ParseAdd(type);
        }

        if (request.From > 0)
        {
            message.Headers.Range = new RangeHeaderValue(request.From, null);
        }

        // A blob's bytes usually come from somebody else's storage, which has no business with the token.
        if (uri.Scheme == request.Uri.Scheme && uri.Authority == request.Uri.Authority)
        {
            message.Headers.Authorization = request.Authorization;
        }

        var chosen = ClientFor(uri);
        if (chosen.Failed(out var unread, out var http))
        {
            return unread;
        }

        try
        {
            var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stall.Token);
            endpoints.Spoke(uri);
            return response;
        }
        catch (HttpRequestException e)
        {
            return RegistryErrors.Unreachable(uri, e);
        }
        catch (IOException e) when (request.Body is not null)
        {
            return new DomainError.RegistryUnreachable(uri.Authority, $"{request.What} was cut off: {e.Message}");
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            return new DomainError.RegistryUnreachable(
                uri.Authority, e.InnerException is TimeoutException ? "connection timed out" : $"no answer for {(patience - timing.Connect).TotalSeconds:0} s");
        }
    }

    private Either<DomainError, HttpClient> ClientFor(Uri uri)
    {
        var any = endpoints.MayBeInsecure(uri);
        return uri.Scheme == "https" && certificates.Has(uri.Authority)
            ? own.GetOrAdd(uri.Authority, host => new(() => certificates.Of(host).Map(found => client(found, any)))).Value
            : any ? lenient.Value : strict.Value;
    }

    private static StringContent Encoded(IReadOnlyList<(string Name, string Value)> form) => new(
        string.Join('&', form.Select(f => $"{f.Name}={Uri.EscapeDataString(f.Value)}")), null, "application/x-www-form-urlencoded");

    private static HttpClient Client(HttpMessageHandler handler)
    {
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("eventdock", "0.1.0"));
        return client;
    }

    private SocketsHttpHandler Handler(HostCertificates host, bool anyCertificate)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = timing.Connect,
            UseCookies = false,
            Proxy = new LoopbackDirect(HttpClient.DefaultProxy, NoProxy.Of(Environment.GetEnvironmentVariable)),
        };
        if (anyCertificate || !host.IsNone)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = host.Clients,
                RemoteCertificateValidationCallback = (_, leaf, chain, errors) => anyCertificate || host.Trusts(leaf, chain, errors),
            };
        }

        return handler;
    }
}
