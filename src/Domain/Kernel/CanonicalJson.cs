namespace EventDock.Domain.Kernel;

using System.Text.Json;

/// <summary>
/// JSON in one form only (RFC 8785): keys sorted by UTF-16 code units, no spaces, the shortest escapes. Needed since jsonb
/// keeps neither the order of keys nor the spacing, and a digest wants one sequence of bytes. EventDock's JSON has whole
/// numbers within 2^53 only, so RFC 8785's treatment of floats never comes up; one that is met is refused.
/// </summary>
public static class CanonicalJson
{
    public static Either<DomainError, byte[]> Of(string json)
    {
        var text = new CanonicalText();
        return Write(System.Text.Encoding.UTF8.GetBytes(json), text).Map(_ => text.Written.ToArray());
    }

    /// <summary>A text as canonical JSON; it must hold no half of a surrogate pair.</summary>
    public static string Quoted(string text)
    {
        var quoted = new CanonicalText();
        quoted.Quote(text);
        return System.Text.Encoding.UTF8.GetString(quoted.Written);
    }

    /// <summary>Adds the canonical form to what has been written. Made for millions of texts: nothing is allocated for most.</summary>
    public static Either<DomainError, Unit> Write(ReadOnlySpan<byte> json, CanonicalText text)
    {
        if (text.TryPlain(json))
        {
            return unit;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 128 });
        try
        {
            reader.Read();
            var whole = text.Value(ref reader);
            // The reader itself refuses whatever follows the value.
            reader.Read();
            return whole ? unit : new DomainError.BadContent("JSON", "holds a number that is not whole or beyond 2^53");
        }
        catch (JsonException e)
        {
            return new DomainError.BadContent("JSON", e.Message);
        }
        catch (InvalidOperationException)
        {
            // Thrown by the reader for half of a surrogate pair, written as an escape: no such text has a UTF-8 form.
            return new DomainError.BadContent("JSON", "holds half of a surrogate pair");
        }
    }
}
