namespace EventDock.Adapters.Runc;

using System.Globalization;
using System.IO;
using EventDock.Domain.Containers;

/// <summary>Processes told apart by pid, start time and boot.</summary>
internal static class Processes
{
    private static readonly Lazy<string> Boot = new(() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());

    /// <summary>Null where no such process lives; a zombie does not.</summary>
    public static ProcessIdentity? Identify(int pid)
    {
        try
        {
            // proc(5): the command, in parentheses, may hold anything; the fields count from the last one. Start time is the 22nd.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X"
                ? null
                : new ProcessIdentity(pid, long.Parse(fields[19], CultureInfo.InvariantCulture), Boot.Value);
        }
        catch (IOException)
        {
            // No directory, or the process ended while its file was read (ESRCH).
            return null;
        }
    }

    public static bool Alive(ProcessIdentity process) => Identify(process.Pid) == process;

    public static string Format(ProcessIdentity process) =>
        string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {process.StartTime} {process.BootId}");

    public static ProcessIdentity? Parse(string? text) =>
        text?.Trim().Split(' ') is [var pid, var start, var boot]
        && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            ? new ProcessIdentity(number, time, boot)
            : null;
}
