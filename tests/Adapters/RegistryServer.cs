namespace EventDock.Tests.Adapters;

using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;

/// <summary>A registry of our own on 127.0.0.1, as hostile as a test wants. Plain HTTP: a TLS hello gets the answer Go gives.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<HttpRequest, NetworkStream, Task> answer;
    private readonly Task accepting;

    public sealed record HttpRequest(string Path, IReadOnlyDictionary<string, string> Headers)
    {
        public string Body { get; init; } = "";

        public string Method { get; init; } = "";

        /// <summary>As it came: less than was announced, where the server cut it off.</summary>
        public byte[] Bytes { get; init; } = [];

        /// <summary>Null where there is none.</summary>
        public string? Header(string name) => Headers.GetValueOrDefault(name);
    }

    public RegistryServer(Func<HttpRequest, NetworkStream, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    public RegistryServer(Func<HttpRequest, byte[]> answer)
        : this((request, stream) => stream.WriteAsync(answer(request)).AsTask())
    {
    }

    public string Host => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public string Base => $"http://{Host}";

    public List<HttpRequest> Requests { get; } = [];

    /// <summary>How many bytes of a body are read before it is answered; all where it does not say.</summary>
    public Func<HttpRequest, int?> Takes { get; init; } = _ => null;

    public static byte[] Answer(int status, byte[] body, params string[] headers) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n"), .. body];

    public static byte[] Answer(int status, string body, params string[] headers) => Answer(status, Encoding.UTF8.GetBytes(body), headers);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is (OperationCanceledException or SocketException or InvalidOperationException))
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                if (await ReadAsync(stream) is not { } request)
                {
                    await stream.WriteAsync("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request to an HTTP server.\n"u8.ToArray());
                    return;
                }

                lock (Requests)
                {
                    Requests.Add(request);
                }

                await answer(request, stream);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
            {
                // The client under test hangs up whenever it has seen enough.
            }
        }
    }

    private async Task<HttpRequest?> ReadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, stop.Token) == 0 || (text.Length == 0 && one[0] == 0x16))
            {
                return null;
            }

            text.Append((char)one[0]);
        }

        var lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        var request = new HttpRequest(lines[0].Split(' ')[1], headers) { Method = lines[0].Split(' ')[0] };
        var announced = int.Parse(headers.GetValueOrDefault("Content-Length", "0"));
        var body = new byte[Math.Min(announced, Takes(request) ?? announced)];
        await stream.ReadExactlyAsync(body, stop.Token);
        return request with { Body = Encoding.UTF8.GetString(body), Bytes = body };
    }
}
