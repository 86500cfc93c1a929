namespace EventDock.Domain.Ledger;

using System.Globalization;
using System.Text;
using EventDock.Domain.Kernel;

/// <summary>
/// A text from outside as lines, each of which ends with a newline. Bounded, UTF-8, and without control characters: two files
/// that look alike are alike.
/// </summary>
/// <param name="What">How errors name the text.</param>
public sealed record TextLines(string What, IReadOnlyList<string> Lines)
{
    public const int MaxBytes = 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    public static Either<DomainError, TextLines> Read(string what, byte[] bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            return new DomainError.BadProof(what, 1, $"is longer than {MaxBytes} bytes");
        }

        if (bytes.Length == 0 || bytes[^1] != '\n')
        {
            return new DomainError.BadProof(what, 1 + bytes.Count(b => b == '\n'), "does not end with a newline");
        }

        string text;
        try
        {
            text = Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            return new DomainError.BadProof(what, 1 + bytes.Take(Math.Max(0, e.Index)).Count(b => b == '\n'), "is not UTF-8");
        }

        var lines = text[..^1].Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Any(c => c < ' '))
            {
                return new DomainError.BadProof(what, i + 1, "holds a control character");
            }
        }

        return new TextLines(what, lines);
    }

    public static Either<DomainError, TextLines> Read(string what, string text) => Read(what, Encoding.UTF8.GetBytes(text));

    public int Count => Lines.Count;

    /// <summary>The line, or an empty one after the last.</summary>
    public string At(int index) => index < Lines.Count ? Lines[index] : "";

    /// <summary>An error about a line, counted from 0.</summary>
    public DomainError Bad(int index, string reason) => new DomainError.BadProof(What, index + 1, reason);

    /// <summary>A number without sign, leading zeros or anything else.</summary>
    public Either<DomainError, long> Number(int index, string digits) =>
        digits.Length is > 0 and <= 19 && digits.All(char.IsAsciiDigit) && (digits == "0" || digits[0] != '0')
        && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : Bad(index, "is not a decimal number without leading zeros");

    public Either<DomainError, TreeHash> Hash(int index, string base64) =>
        TreeHash.OfBase64(base64).ToEither(() => Bad(index, "is not the base64 of 32 bytes"));
}
