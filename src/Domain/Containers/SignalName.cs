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

    private const int FirstRealTime = 34, LastRealTime = 64, FarthestRealTime = 15;

    /// <summary>KILL, SIGKILL, kill and 9 are the same signal; so are RTMIN+3 and 37, RTMAX-1 and 63.</summary>
    public static Either<DomainError, string> Parse(string text)
    {
        var name = text.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number >= 1 && number <= Names.Length ? Names[number - 1]
                : number is >= FirstRealTime and <= LastRealTime ? number.ToString(CultureInfo.InvariantCulture)
                : new DomainError.Invalid("signal", text, "no such signal")
            : Names.Contains(name) ? name
            : Other(name) is { } same ? same
            : new DomainError.Invalid("signal", text, "no such signal");
    }

    private static string? Other(string name) =>
        name switch
        {
            "IOT" => "ABRT",
            "CLD" => "CHLD",
            "POLL" => "IO",
            _ when name.StartsWith("RTMIN", StringComparison.Ordinal) => RealTime(name[5..], '+', by => FirstRealTime + by),
            _ when name.StartsWith("RTMAX", StringComparison.Ordinal) => RealTime(name[5..], '-', by => LastRealTime - by),
            _ => null,
        };

    private static string? RealTime(string rest, char sign, Func<int, int> from) =>
        rest.Length == 0 ? from(0).ToString(CultureInfo.InvariantCulture)
        : rest[0] == sign && int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var by) && by <= FarthestRealTime
            ? from(by).ToString(CultureInfo.InvariantCulture)
        : null;

    /// <summary>The number of a name that <see cref="Parse"/> gave.</summary>
    public static int Number(string name) =>
        System.Array.IndexOf(Names, name) is var at and >= 0 ? at + 1 : int.Parse(name, CultureInfo.InvariantCulture);
}
