namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using Microsoft.Win32.SafeHandles;

/// <summary>Of all commands on one root that want the same layer, one makes it: a byte of <c>locks/layers</c> for each.</summary>
internal static class LayerTurn
{
    /// <param name="waiting">Told once, where another has it.</param>
    internal static async Task<SafeFileHandle> TakeAsync(Paths paths, string layer, Action waiting, CancellationToken cancel)
    {
        using var locks = Fs.OpenDirectory(paths.Locks);
        var file = Fs.At(locks, "layers"u8, Open.ReadWrite | Open.Create | Open.NoFollow, 0x180);
        try
        {
            await ByteLock.TakeAsync(file, ByteLock.Place(layer), waiting, cancel).ConfigureAwait(false);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
