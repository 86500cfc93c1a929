namespace EventDock.Adapters.Posix;

using System.Globalization;
using System.Runtime.InteropServices;

/// <summary>
/// Where tests have this program killed: EVENTDOCK_FAULT=NAME:N sends it SIGKILL when it comes to that point for the Nth time;
/// EVENTDOCK_FAULT=trace:FILE writes down which points it comes to. Read once; without it a point is one comparison.
/// </summary>
public static class FaultPoints
{
    private const string Variable = "EVENTDOCK_FAULT", HandedOn = "EVENTDOCK_FAULT_LATER", Trace = "trace";
    private const int SigKill = 9;
    private static readonly (string Name, string Argument)? Armed = Read();
    private static int reached;

    public static bool IsArmed => Armed is not null;

    /// <summary>
    /// NAME=value for who is to call this program when a process has ended: EVENTDOCK_FAULT_LATER is that command's EVENTDOCK_FAULT.
    /// </summary>
    public static Seq<string> Later =>
        Environment.GetEnvironmentVariable(HandedOn) is { Length: > 0 } point ? Seq1($"{Variable}={point}") : Seq<string>();

    public static void At(FaultPoint point)
    {
        if (Armed is { } armed)
        {
            Reached(armed.Name, armed.Argument, point.ToString());
        }
    }

    private static void Reached(string name, string argument, string point)
    {
        if (name == Trace)
        {
            using var file = Fs.At(Fs.Cwd, Bytes.Of(argument), Open.Write | Open.Create | Open.Append, 0x180);
            Fs.Write(file, Bytes.Of(point + "\n"));
        }
        else if (name == point && Interlocked.Increment(ref reached) == int.Parse(argument, CultureInfo.InvariantCulture))
        {
            FaultCalls.Kill(Environment.ProcessId, SigKill);
        }
    }

    private static (string Name, string Argument)? Read() =>
        Environment.GetEnvironmentVariable(Variable) is { } text && text.IndexOf(':') is var colon and > 0
            ? (text[..colon], text[(colon + 1)..])
            : null;
}

internal static partial class FaultCalls
{
    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int pid, int signal);
}
