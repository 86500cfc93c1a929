namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
using System.IO;

/// <summary>A lock between processes that ends with its holders, however they end: flock(2) on a file of its own.</summary>
internal static class ClusterLock
{
    /// <summary>Null when another has held it for all that time.</summary>
    public static async Task<IDisposable?> TakeAsync(string path, TimeSpan patience, CancellationToken cancel)
    {
        var since = Stopwatch.StartNew();
        while (since.Elapsed < patience)
        {
            try
            {
                // .NET asks for an flock, which a child started by flock(1) on the same file holds likewise.
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException))
            {
                await Task.Delay(5, cancel);
            }
        }

        return null;
    }
}
