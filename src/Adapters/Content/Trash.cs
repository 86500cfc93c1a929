namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using Microsoft.Win32.SafeHandles;

/// <summary>Removal in two steps: a rename, which is all or nothing, and then the deletion, which a sweep can finish.</summary>
internal static class Trash
{
    /// <summary>Renames; null where the name is gone already.</summary>
    internal static byte[]? Take(SafeFileHandle dir, ReadOnlySpan<byte> name, SafeFileHandle trash)
    {
        var aside = Bytes.Of(Guid.NewGuid().ToString("N"));
        return Fs.TryRenameExisting(dir, name, trash, aside) ? aside : null;
    }

    internal static void Empty(SafeFileHandle trash, byte[]? name)
    {
        if (name is not null)
        {
            Fs.RemoveTree(trash, name, trash);
        }
    }
}
