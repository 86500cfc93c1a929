namespace EventDock.Adapters.Runc;

using System.Globalization;

/// <summary>Signals by name (with or without SIG) or number, as docker's --signal takes them (signal(7), x86 and arm).</summary>
internal static class Signals
{
    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR",
        "SYS",
    ];

    private const int RealTimeFirst = 34, RealTimeLast = 64;

    /// <summary>Null for what is none.</summary>
    public static int? Number(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number is >= 1 and <= RealTimeLast ? number : null;
        }

        var name = text.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        return name switch
        {
            "" => null,
            "IOT" => 6,
            "CLD" => 17,
            "POLL" => 29,
            _ when name.StartsWith("RTMIN", StringComparison.Ordinal) => RealTime(name[5..], RealTimeFirst, '+'),
            _ when name.StartsWith("RTMAX", StringComparison.Ordinal) => RealTime(name[5..], RealTimeLast, '-'),
            _ => System.Array.IndexOf(Names, name) is > 0 and var found ? found : null,
        };
    }

    private static int? RealTime(string rest, int from, char sign) =>
        rest.Length == 0 ? from
        : rest[0] == sign && int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var by)
          && (sign == '+' ? from + by : from - by) is >= RealTimeFirst and <= RealTimeLast and var number ? number
        : null;
}
