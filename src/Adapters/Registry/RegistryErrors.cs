namespace EventDock.Adapters.Registry;

using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What went wrong with a registry, as values.</summary>
internal static class RegistryErrors
{
    private const int LongestMessage = 300;

    /// <summary>An answer that is not the thing asked for (distribution-spec, "Error Codes").</summary>
    public static DomainError Of(HttpStatusCode status, ReadOnlyMemory<byte> body, Uri uri, string what, string repository, Func<string, DomainError> notFound)
    {
        var message = Message(body);
        return status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new DomainError.RegistryDenied(repository, message),
            HttpStatusCode.NotFound => notFound(message),
            _ => new DomainError.RegistryRefused(uri.Authority, what, (int)status, message),
        };
    }

    /// <summary>The same, of an answer whose body has not been read.</summary>
    public static async Task<DomainError> ReadAsync(
        RegistryHttp http, HttpResponseMessage response, string what, ImageReference reference, CancellationToken cancel,
        Func<string, DomainError>? notFound = null)
    {
        var uri = response.RequestMessage!.RequestUri!;
        var body = await http.ReadAsync(response, what, RegistryHttp.MaxMessageBytes, cancel);
        return Of(
            response.StatusCode, body.IfLeft([]), uri, what, reference.FamiliarRepository,
            notFound ?? (message => new DomainError.RegistryRefused(uri.Authority, what, (int)response.StatusCode, message)));
    }

    /// <summary>The registry's own words: the first error's message, or what token servers say. Empty where it is not JSON.</summary>
    public static string Message(ReadOnlyMemory<byte> body)
    {
        var text = StrictJson.Read<string>("answer", body, RegistryHttp.MaxMessageBytes, (shape, root) =>
        {
            var first = shape.Items(root, "errors").Take(1).Select(e =>
                NotEmpty(shape.OptionalText(e, "message")) ?? shape.OptionalText(e, "code")).FirstOrDefault();
            return first ?? Plain(root, "message") ?? Plain(root, "details") ?? Plain(root, "error") ?? "";
        }).IfLeft("");
        return text.Length <= LongestMessage ? text
            : char.IsHighSurrogate(text[LongestMessage - 1]) ? text[..(LongestMessage - 1)] : text[..LongestMessage];
    }

    /// <summary>No answer at all.</summary>
    public static DomainError Unreachable(Uri uri, HttpRequestException e) =>
        new DomainError.RegistryUnreachable(uri.Authority, Reason(e));

    private static string Reason(HttpRequestException e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case SocketException socket:
                    return socket.SocketErrorCode switch
                    {
                        SocketError.ConnectionRefused => "connection refused",
                        SocketError.HostNotFound or SocketError.NoData => "no such host",
                        SocketError.TryAgain => "its name cannot be looked up now",
                        SocketError.NetworkUnreachable => "network is unreachable",
                        SocketError.HostUnreachable => "no route to host",
                        SocketError.ConnectionReset => "connection reset",
                        SocketError.TimedOut => "connection timed out",
                        _ => socket.Message,
                    };
                case AuthenticationException tls:
                    return $"TLS: {tls.Message}";
            }
        }

        return e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "no such host",
            HttpRequestError.SecureConnectionError => "TLS: the handshake failed",
            HttpRequestError.ResponseEnded => "the connection was cut before an answer",
            HttpRequestError.InvalidResponse => "what answers does not speak HTTP",
            HttpRequestError.ProxyTunnelError => "the proxy refuses the connection",
            _ => e.Message,
        };
    }

    private static string? NotEmpty(string? text) => text is "" ? null : text;

    private static string? Plain(JsonElement root, string name) =>
        JsonShape.Member(root, name) is { ValueKind: JsonValueKind.String } text ? NotEmpty(text.GetString()) : null;
}
