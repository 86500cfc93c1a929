namespace EventDock.Tests.Adapters;

using System.IO;
using System.Net.Sockets;

/// <summary>What happens to a connection on which an append is sent.</summary>
internal enum Cut
{
    Nothing,

    /// <summary>The append never reaches the server.</summary>
    Before,

    /// <summary>The server answers, which is after its commit, and the answer never reaches the client.</summary>
    After,

    /// <summary>The append is handed on, and both ends are closed at once.</summary>
    During,
}

/// <summary>Stands between client and server, on a Unix socket, and cuts connections around an append as it is told.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly string server;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Queue<Cut> plan;
    private int appends;

    /// <param name="plan">For the first, second … append; the ones after that pass.</param>
    public CuttingProxy(string serverSocket, params Cut[] plan)
    {
        (server, this.plan) = (serverSocket, new Queue<Cut>(plan));
        Folder = Path.Combine(Path.GetTempPath(), $"edp-{Guid.NewGuid().ToString("N")[..8]}");
        Directory.CreateDirectory(Folder);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(Folder, ".s.PGSQL.5432")));
        listener.Listen();
        _ = AcceptAsync();
    }

    public string Folder { get; }

    /// <summary>How many appends have been sent through it.</summary>
    public int Appends => Volatile.Read(ref appends);

    public void Dispose()
    {
        listener.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            var upstream = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await upstream.ConnectAsync(new UnixDomainSocketEndPoint(server));
            _ = RelayAsync(client, upstream);
        }
    }

    private async Task RelayAsync(Socket client, Socket upstream)
    {
        using (client)
        using (upstream)
        {
            var swallow = new TaskCompletionSource();
            var swallowed = AnswersAsync(upstream, client, swallow.Task);
            var buffer = new byte[1 << 20];
            try
            {
                for (int read; (read = await client.ReceiveAsync(buffer)) > 0;)
                {
                    var bytes = buffer.AsMemory(0, read);
                    var cut = IsAppend(bytes.Span) ? Next() : Cut.Nothing;
                    if (cut == Cut.Before)
                    {
                        return;
                    }

                    if (cut == Cut.After)
                    {
                        swallow.SetResult();
                    }

                    await upstream.SendAsync(bytes);
                    if (cut == Cut.After)
                    {
                        await swallowed.WaitAsync(TimeSpan.FromSeconds(60));
                    }

                    if (cut != Cut.Nothing)
                    {
                        return;
                    }
                }
            }
            catch (SocketException)
            {
                // One of the two ends has gone: so does the other.
            }
        }
    }

    /// <summary>Hands answers on, until they are to be swallowed: then it ends with the first whole one.</summary>
    private static async Task AnswersAsync(Socket from, Socket to, Task swallow)
    {
        var buffer = new byte[1 << 20];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer)) > 0;)
            {
                if (!swallow.IsCompleted)
                {
                    await to.SendAsync(buffer.AsMemory(0, read));
                }
                else if (read >= 6 && buffer[read - 6] == (byte)'Z')
                {
                    // ReadyForQuery ends an answer: the transaction is over.
                    return;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One of the two ends has gone: so does the other.
        }
    }

    private static bool IsAppend(ReadOnlySpan<byte> sent) =>
        sent.IndexOf("eventdock.append("u8) >= 0 || sent.IndexOf("eventdock.append_one("u8) >= 0;

    private Cut Next()
    {
        Interlocked.Increment(ref appends);
        lock (plan)
        {
            return plan.TryDequeue(out var cut) ? cut : Cut.Nothing;
        }
    }
}
