namespace EventDock.Adapters.Runc;

using System.Globalization;
using System.IO;
using EventDock.Domain.Containers;

/// <param name="State">As the kernel abbreviates it: R, S, D …</param>
internal sealed record SeenProcess(ProcessIdentity Identity, char State, int Parent);

/// <summary>Processes told apart by pid, start time and boot.</summary>
internal static class Processes
{
    // By the numbers that proc(5) gives the fields.
    private const int FirstAfterName = 3, Parent = 4, StartTime = 22;

    private static readonly Lazy<string> Boot = new(() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());

    /// <summary>Null where no such process lives; a zombie does not.</summary>
    public static ProcessIdentity? Identify(int pid) => Look(pid)?.Identity;

    /// <summary>The same, with the rest of what is to be seen by one read.</summary>
    public static SeenProcess? Look(int pid)
    {
        Span<byte> stat = stackalloc byte[1024];
        var length = Descriptors.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"), stat);
        if (length <= 0)
        {
            // No directory, or the process ended while its file was read (ESRCH).
            return null;
        }

        // proc(5): the command, in parentheses, may hold anything; the fields count from the last one.
        var rest = stat[..length];
        rest = rest[(rest.LastIndexOf((byte)')') + 2)..];
        var state = (char)rest[0];
        return state is 'Z' or 'X'
            ? null
            : new SeenProcess(new ProcessIdentity(pid, Field(rest, StartTime), Boot.Value), state, (int)Field(rest, Parent));
    }

    private static long Field(ReadOnlySpan<byte> fields, int number)
    {
        for (var n = FirstAfterName; n < number; n++)
        {
            fields = fields[(fields.IndexOf((byte)' ') + 1)..];
        }

        var end = fields.IndexOf((byte)' ');
        return long.Parse(end < 0 ? fields : fields[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
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
