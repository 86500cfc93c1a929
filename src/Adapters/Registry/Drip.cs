namespace EventDock.Adapters.Registry;

using System.Diagnostics;
using System.IO;

/// <summary>
/// Reads one body and watches its pace: a server that sends a byte now and then is never silent long enough to have stalled.
/// What the reader does with the bytes takes none of the server's time.
/// </summary>
internal sealed class Drip(RegistryHttp http, RegistryTiming timing)
{
    private TimeSpan waited;
    private long received;

    public async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        var count = await http.ReadOrStallAsync(body, buffer, cancel);
        waited += Stopwatch.GetElapsedTime(began);
        received += count;
        if (waited < timing.Window)
        {
            return count;
        }

        if (count > 0 && received < timing.LeastBytes)
        {
            throw new IOException($"only {received} bytes in {waited.TotalSeconds:0} s");
        }

        (waited, received) = (TimeSpan.Zero, 0);
        return count;
    }
}
