namespace EventDock.Adapters.Runc;

using System.Globalization;
using System.IO;

/// <summary>
/// The monitor of a bundle and the runtime that works for it, found by their command lines: the command that started them was killed before
/// it could write down who they are.
/// </summary>
internal static class Monitors
{
    private const int KillSignal = 9, Patience = 5000;

    /// <summary>The monitor before its runtime: it would tell of the runtime's end, and have a command of ours run.</summary>
    public static void End(string bundle)
    {
        foreach (var program in (string[])["conmon", "runc", "crun"])
        {
            foreach (var pid in Of(program, bundle))
            {
                // What has ended meanwhile has given up its number: looked at again once it is held.
                using var process = Processes.Identify(pid) is { } found ? OpenedProcess.Open(found) : null;
                if (process is not null && Serves(pid, program, bundle))
                {
                    process.Signal(KillSignal);
                    process.AwaitEnd(Patience);
                }
            }
        }
    }

    private static List<int> Of(string program, string bundle) =>
        Directory.EnumerateDirectories("/proc")
            .Select(directory => Path.GetFileName(directory))
            .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Serves(pid, program, bundle))
            .ToList();

    private static bool Serves(int pid, string program, string bundle)
    {
        try
        {
            var words = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/cmdline").Split('\0');
            return Path.GetFileName(words[0]) == program && words.Contains(bundle, StringComparer.Ordinal);
        }
        catch (IOException)
        {
            // No directory, or the process ended while its file was read (ESRCH).
            return false;
        }
    }
}
