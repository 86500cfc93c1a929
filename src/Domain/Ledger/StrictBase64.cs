namespace EventDock.Domain.Ledger;

/// <summary>
/// Base64 that has one spelling a value: the library's reader lets white space and stray low bits pass, so that two texts
/// could be one proof.
/// </summary>
public static class StrictBase64
{
    public static Option<byte[]> Parse(string text)
    {
        var bytes = new byte[(text.Length / 4 + 1) * 3];
        return Convert.TryFromBase64String(text, bytes, out var length) && Convert.ToBase64String(bytes, 0, length) == text
            ? Some(bytes[..length])
            : None;
    }
}
