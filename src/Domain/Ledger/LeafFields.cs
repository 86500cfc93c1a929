namespace EventDock.Domain.Ledger;

using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>A leaf's line, read back. Whatever it is read from is the line that these fields make, to the byte.</summary>
/// <param name="Headers">The salted digest of the headers, 64 digits of hex; likewise the data's.</param>
public sealed record LeafFields(
    long Position, Guid Id, string Stream, long Version, string Type, int Schema, DateTimeOffset Occurred, DateTimeOffset Recorded,
    string Correlation, string Headers, string Data)
{
    private const int Keys = 11;

    private static readonly byte[][] Order =
        new[] { "correlation", "data", "headers", "id", "occurred", "position", "recorded", "schema", "stream", "type", "version" }
            .Select(Encoding.UTF8.GetBytes).ToArray();

    public static Either<DomainError, LeafFields> Parse(ReadOnlySpan<byte> line) => Parse(line, new CanonicalText());

    /// <param name="scratch">For who reads millions of them: what is made to compare with is made here.</param>
    public static Either<DomainError, LeafFields> Parse(ReadOnlySpan<byte> line, CanonicalText scratch)
    {
        try
        {
            var texts = new string[Keys];
            var numbers = new long[Keys];
            if (!Read(line, texts, numbers) || Fields(texts, numbers) is not { } fields)
            {
                return Bad("is not the line of a leaf");
            }

            scratch.Clear();
            fields.Write(scratch);
            return scratch.Written.SequenceEqual(line) ? fields : Bad("is not written as the line of a leaf is");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is what the reader throws for bytes that are no UTF-8, and for half of a surrogate pair.
            return Bad("is not JSON");
        }
    }

    /// <summary>The line, without a newline.</summary>
    public string Line
    {
        get
        {
            var line = new CanonicalText();
            Write(line);
            return Encoding.UTF8.GetString(line.Written);
        }
    }

    private void Write(CanonicalText line) => LeafText.Write(line, new LeafParts
    {
        Correlation = Encoding.UTF8.GetBytes(Correlation),
        Data = Convert.FromHexString(Data),
        Headers = Convert.FromHexString(Headers),
        Id = Id,
        Occurred = Encoding.UTF8.GetBytes(Rfc3339.Micros(Occurred)),
        Position = Position,
        Recorded = LeafText.Micros(Recorded),
        Schema = Schema,
        Stream = Encoding.UTF8.GetBytes(Stream),
        Type = Encoding.UTF8.GetBytes(Type),
        Version = Version,
    });

    /// <summary>The keys in their order, and nothing else; position, schema and version are numbers, all others texts.</summary>
    private static bool Read(ReadOnlySpan<byte> line, string[] texts, long[] numbers)
    {
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        for (var i = 0; i < Keys; i++)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(Order[i]) || !reader.Read())
            {
                return false;
            }

            var number = i is 5 or 7 or 10;
            if (reader.TokenType != (number ? JsonTokenType.Number : JsonTokenType.String)
                || (number && !reader.TryGetInt64(out numbers[i])))
            {
                return false;
            }

            texts[i] = number ? "" : reader.GetString()!;
        }

        return reader.Read() && reader.TokenType == JsonTokenType.EndObject && !reader.Read();
    }

    /// <summary>A NUL is none of EventDock's: the ledger's texts cannot hold one.</summary>
    private static LeafFields? Fields(string[] texts, long[] numbers) =>
        LeafText.Moment(Encoding.UTF8.GetBytes(texts[4])) is { } occurred
        && LeafText.Moment(Encoding.UTF8.GetBytes(texts[6])) is { } recorded
        && Guid.TryParseExact(texts[3], "D", out var id)
        && IsDigest(texts[1]) && IsDigest(texts[2])
        && numbers[5] >= 1 && numbers[7] is >= 0 and <= int.MaxValue && numbers[10] >= 1
        && !texts.Any(text => text.Contains('\0'))
            ? new LeafFields(
                numbers[5], id, texts[8], numbers[10], texts[9], (int)numbers[7], occurred, recorded, texts[0], texts[2], texts[1])
            : null;

    private static bool IsDigest(string text) => TreeHash.OfHex(text).IsSome;

    private static DomainError Bad(string reason) => new DomainError.BadExport(0, reason);
}
