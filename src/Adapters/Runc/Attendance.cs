namespace EventDock.Adapters.Runc;

using System.IO;
using EventDock.Adapters.Posix;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A command that is attached to a container, or stops it, records its end. For as long as that command lives it holds a lock on the bundle,
/// so that conmon's exit command, which comes at the same moment, need not do the same work beside it: the bundle goes when the end has been
/// recorded.
/// </summary>
internal static class Attendance
{
    /// <summary>For an attached command that is stopped, or whose output nobody reads: then the end is recorded without it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly List<SafeFileHandle> Held = [];

    /// <summary>
    /// What conmon is to run at the end, as its arguments: a shell that waits for the lock, and goes where the bundle has gone. This program, begun at
    /// the very moment at which the attached command has the most to do, would take a processor from it to find that out.
    /// </summary>
    /// <param name="command">This program and its arguments.</param>
    public static IEnumerable<string> ExitArguments(string bundle, Seq<string> command) =>
        command.IsEmpty
            ? []
            : new[] { "-c", $"exec 9< \"$0\" && {Lock} -w {(int)Patience.TotalSeconds} 9; [ -d \"$0\" ] && exec \"$@\" 9<&-", bundle }
                .Concat(command)
                .SelectMany(argument => new[] { "--exit-command-arg", argument })
                .Prepend(Shell).Prepend("--exit-command");

    private const string Shell = "/bin/sh", Lock = "/usr/bin/flock";

    /// <summary>Until the process ends, however it does. A bundle that is gone needs no attendance.</summary>
    public static Unit Hold(string bundle)
    {
        if (Fs.TryAt(Fs.Cwd, Bytes.Of(bundle), Open.Read | Open.Directory, 0, out var directory, out _))
        {
            FileLock.TryTake(directory, exclusive: false);
            Held.Add(directory);
        }

        return unit;
    }

    /// <summary>Whether the end has been recorded by those who are attached, who are waited for.</summary>
    public static bool HasSeenTo(string bundle)
    {
        if (!Fs.TryAt(Fs.Cwd, Bytes.Of(bundle), Open.Read | Open.Directory, 0, out var directory, out var errno))
        {
            return errno == Errno.NoEntry;
        }

        using (directory)
        {
            var since = System.Environment.TickCount64;
            // Gone before the lock is: who has stopped this one may have others to stop.
            while (!FileLock.TryTake(directory, exclusive: true) && Directory.Exists(bundle)
                && System.Environment.TickCount64 - since < Patience.TotalMilliseconds)
            {
                Thread.Sleep(10);
            }
        }

        return !Directory.Exists(bundle);
    }
}
