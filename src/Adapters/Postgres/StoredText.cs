namespace EventDock.Adapters.Postgres;

using System.Text;

/// <summary>
/// Text as Postgres takes it: a NUL as U+2400, half of a surrogate pair as U+FFFD. The same as the JSON of events does, so that
/// a key made of an event equals the key made of what is stored of it.
/// </summary>
internal static class StoredText
{
    public static string Of(string text) =>
        text.Contains('\0') || text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0
            ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace('\0', '\u2400')))
            : text;
}
