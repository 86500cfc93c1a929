namespace EventDock.Domain.Containers;

using System.Globalization;
using EventDock.Domain.Kernel;

/// <summary>Signals by name, without SIG and in capitals (signal(7)): the form that is recorded and that runc takes.</summary>
public static class SignalName
{
    // In the order of their numbers on Linux, from 1.
    private static readonly string[] Names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    private const int FirstRealTime = 34, LastRealTime = 64;

    /// <summary>KILL, SIGKILL, kill and 9 are the same signal.</summary>
    public static Either<DomainError, string> Parse(string text)
    {
        var name = text.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number >= 1 && number <= Names.Length ? Names[number - 1]
                : number is >= FirstRealTime and <= LastRealTime ? number.ToString(CultureInfo.InvariantCulture)
                : new DomainError.Invalid("signal", text, "no such signal")
            : Names.Contains(name) ? name
            : new DomainError.Invalid("signal", text, "no such signal");
    }

    /// <summary>The number of a name that <see cref="Parse"/> gave.</summary>
    public static int Number(string name) =>
        System.Array.IndexOf(Names, name) is var at and >= 0 ? at + 1 : int.Parse(name, CultureInfo.InvariantCulture);
}
