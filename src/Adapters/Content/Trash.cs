namespace EventDock.Adapters.Content;

using System.Globalization;
using EventDock.Adapters.Posix;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// Removal in two steps: a rename, which is all or nothing, and then the deletion. What is small goes at once, since to start a process for
/// it would take longer; the rest is the <see cref="Reaper"/>'s.
/// </summary>
internal static class Trash
{
    private static ReadOnlySpan<byte> Left => "left-"u8;

    /// <summary>Renames; null where the name is gone already.</summary>
    internal static byte[]? Take(SafeFileHandle dir, ReadOnlySpan<byte> name, SafeFileHandle trash)
    {
        var second = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var aside = Bytes.Of($"{second}-{Guid.NewGuid():N}-{Bytes.Show(name)}");
        return Fs.TryRenameExisting(dir, name, trash, aside) ? aside : null;
    }

    /// <summary>It is not kept.</summary>
    internal static bool IsLeft(ReadOnlySpan<byte> name) => name.StartsWith(Left);

    /// <summary>What nobody has removed, but a command left, or what is removed where nothing is kept.</summary>
    internal static byte[]? TakeLeft(SafeFileHandle dir, ReadOnlySpan<byte> name, SafeFileHandle trash)
    {
        var aside = Bytes.Of($"{Bytes.Show(Left)}{Guid.NewGuid():N}");
        return Fs.TryRenameExisting(dir, name, trash, aside) ? aside : null;
    }

    /// <param name="kept">What somebody has removed may be to be kept.</param>
    internal static void Empty(Paths paths, SafeFileHandle trash, byte[]? name, bool kept = true)
    {
        if (name is null || (kept && paths.TrashCare is { Retains: true }))
        {
            return;
        }

        FaultPoints.At(FaultPoint.TrashLeft);
        if (paths.TrashCare is { } care)
        {
            care.Within(enough => Fs.RemoveTree(trash, name, trash, enough));
        }
        else
        {
            Fs.RemoveTree(trash, name, trash);
        }

        FaultPoints.At(FaultPoint.TrashEmptied);
    }
}
