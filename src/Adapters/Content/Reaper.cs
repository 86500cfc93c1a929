namespace EventDock.Adapters.Content;

using System.Globalization;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// Deletes what waits in <c>trash/</c>: one process at a time, by the lock <c>locks/trash</c>. Killed, it leaves the rest to the next.
/// </summary>
public static class Reaper
{
    private const string Lock = "trash";

    /// <summary>Something waits that has waited long enough.</summary>
    /// <param name="retained">Asked only where something waits at all.</param>
    public static Either<DomainError, bool> HasWork(Paths paths, Func<TimeSpan> retained, DateTimeOffset now)
    {
        if (!Fs.TryAt(Fs.Cwd, Bytes.Of(paths.Trash), Open.Read | Open.Directory | Open.NoFollow, 0, out var trash, out _))
        {
            trash.Dispose();
            return false;
        }

        using (trash)
        {
            var names = Fs.Names(trash);
            return names.Count > 0 && retained() is var kept && names.Exists(name => IsDue(name, kept, now));
        }
    }

    /// <summary>Until nothing is left to be done. Another one at it: nothing.</summary>
    public static EitherAsync<DomainError, Unit> Run(Paths paths, TimeSpan retained, Func<DateTimeOffset> clock) =>
        Guarded.Run(
            () =>
            {
                // What comes while the last one lets go of the lock has found it taken: so it is looked for once more.
                while (HasWork(paths, () => retained, clock()).IfLeft(false) && Emptied(paths, retained, clock))
                {
                }

                return unit;
            },
            CancellationToken.None).ToAsync();

    private static bool Emptied(Paths paths, TimeSpan retained, Func<DateTimeOffset> clock)
    {
        using var locks = Fs.OpenDirectory(paths.Locks);
        using var held = Fs.At(locks, Bytes.Of(Lock), Open.ReadWrite | Open.Create | Open.NoFollow, 0x180);
        if (!FileLock.TryTake(held, exclusive: true))
        {
            return false;
        }

        using var trash = Fs.OpenDirectory(paths.Trash);
        foreach (var name in Fs.Names(trash).Where(name => IsDue(name, retained, clock())))
        {
            // By another name first: what has the name of something kept is whole.
            var left = Trash.IsLeft(name) ? name : Trash.TakeLeft(trash, name, trash);
            if (left is not null)
            {
                Fs.RemoveTree(trash, left, trash);
            }
        }

        FileLock.GiveBack(held);
        return true;
    }

    /// <summary>A name begins with the second in which it came; one that does not was never anybody's to be kept.</summary>
    private static bool IsDue(byte[] name, TimeSpan retained, DateTimeOffset now) =>
        Encoding.ASCII.GetString(name) is var text
        && (text.IndexOf('-') is not (> 0 and var dash)
            || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            || (now.ToUnixTimeSeconds() - second) >= retained.TotalSeconds);
}
