namespace EventDock.Domain.Kernel;

/// <summary>
/// What may stand for a user in the log: a portable user name (POSIX.1-2017, XBD 3.437) that nobody takes for a uid or for nobody's.
/// </summary>
public static class UserName
{
    /// <summary>utmp(5) has room for as many.</summary>
    private const int Longest = 32;

    public static bool Is(string text) =>
        text.Length is > 0 and <= Longest && text[0] != '-' && text is not ("redacted" or "somebody")
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && !text.All(char.IsAsciiDigit);
}
