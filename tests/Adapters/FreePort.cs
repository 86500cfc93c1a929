namespace EventDock.Tests;

using System.Net;
using System.Net.Sockets;

/// <summary>A port of 127.0.0.1 where nobody listens.</summary>
internal static class FreePort
{
    /// <summary>Below those that the kernel gives to whoever asks for any: nobody gets it between this look and its use.</summary>
    public static int Find()
    {
        while (true)
        {
            var port = Random.Shared.Next(12_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
    }
}
