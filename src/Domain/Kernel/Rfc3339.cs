namespace EventDock.Domain.Kernel;

using System.Globalization;

/// <summary>Times as text (RFC 3339).</summary>
public static class Rfc3339
{
    /// <summary>UTC with six digits: the ledger's form.</summary>
    public static string Micros(DateTimeOffset at) =>
        string.Create(27, at.UtcDateTime, static (text, time) =>
        {
            // The round-trip form has a seventh digit; the general way of leaving it out takes several times as long.
            Span<char> whole = stackalloc char[28];
            time.TryFormat(whole, out _, "O", CultureInfo.InvariantCulture);
            whole[..26].CopyTo(text);
            text[26] = 'Z';
        });

    /// <summary>UTC with whole seconds, as docker prints times in full.</summary>
    public static string Seconds(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static Option<DateTimeOffset> Parse(string text) =>
        text.Length >= 20 && text[10] is 'T' or 't' or ' '
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? Some(at)
            : None;
}
