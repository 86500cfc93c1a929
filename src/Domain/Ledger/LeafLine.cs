namespace EventDock.Domain.Ledger;

using System.Security.Cryptography;
using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>
/// Makes the hashed line of an event anew from its row and its salts: what <c>verify</c> compares with the stored leaf, and what
/// an export writes. The line is canonical JSON (RFC 8785); its keys are correlation, data, headers, id, occurred, position,
/// recorded, schema, stream, type, version, in this order, and <c>data</c> and <c>headers</c> are the hex SHA-256 of a salt
/// followed by the canonical JSON. Used again and again by one reader: it keeps its buffers.
/// </summary>
/// <param name="hashing">What hashes, for who has millions of lines.</param>
public sealed class LeafLine(Hashing? hashing = null)
{
    private readonly Sha256 sha256 = new(hashing);
    private readonly LastHeaders last = new();
    private readonly CanonicalText data = new();
    private readonly CanonicalText headers = new();
    private readonly CanonicalText line = new();

    /// <summary>What was made last: a zero byte and the line, of which the leaf's hash is the SHA-256 (RFC 6962, section 2.1).</summary>
    public ReadOnlySpan<byte> Prefixed => line.Written;

    public ReadOnlySpan<byte> Line => line.Written[1..];

    /// <summary>The canonical JSON of the row's data, and of its headers.</summary>
    public ReadOnlySpan<byte> Data => data.Written[saltOfData..];

    public ReadOnlySpan<byte> Headers => headers.Written[saltOfHeaders..];

    /// <summary>When the event happened, in microseconds since 2000-01-01 UTC.</summary>
    public long Occurred { get; private set; }

    private int saltOfData, saltOfHeaders;

    public TreeHash Hash => sha256.Of(Prefixed);

    /// <summary>False where the row cannot be what was hashed: its JSON is none that EventDock writes.</summary>
    public bool Make(in StoredEvent stored, ReadOnlySpan<byte> headerSalt, ReadOnlySpan<byte> dataSalt)
    {
        if (!Salted(data, dataSalt, stored.Data) || !Headed(stored.Headers, headerSalt, out var occurred, out var schema)
            || CanonicalText.Micros(occurred) is not { } happened)
        {
            return false;
        }

        Occurred = happened;

        (saltOfData, saltOfHeaders) = (dataSalt.Length, headerSalt.Length);
        line.Clear();
        Span<byte> digests = stackalloc byte[2 * TreeHash.Length];
        sha256.Bytes(data.Written).CopyTo(digests);
        sha256.Bytes(headers.Written).CopyTo(digests[TreeHash.Length..]);
        line.Add("\0"u8);
        LeafText.Write(line, new LeafParts
        {
            Correlation = stored.Correlation,
            Data = digests[..TreeHash.Length],
            Headers = digests[TreeHash.Length..],
            Id = stored.Id,
            Occurred = occurred,
            Position = stored.Position,
            Recorded = stored.Recorded,
            Schema = schema,
            Stream = stored.Stream,
            Type = stored.Type,
            Version = stored.Version,
        });
        return true;
    }

    /// <summary>Hex of SHA-256(salt ‖ canonical JSON); none for what is not JSON as EventDock writes it.</summary>
    public static Option<string> Digest(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> json)
    {
        var text = new CanonicalText();
        return Salted(text, salt, json) ? Convert.ToHexStringLower(SHA256.HashData(text.Written)) : Option<string>.None;
    }

    private static bool Salted(CanonicalText text, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> json)
    {
        text.Clear();
        text.Add(salt);
        return CanonicalJson.Write(json, text).IsRight;
    }

    private bool Headed(ReadOnlySpan<byte> json, ReadOnlySpan<byte> salt, out ReadOnlySpan<byte> occurred, out long schema)
    {
        if (last.Again(json, salt, headers, out occurred, out schema))
        {
            return true;
        }

        last.Forget();
        if (!Salted(headers, salt, json) || !Known(json, out occurred, out schema))
        {
            return false;
        }

        last.Keep(json, salt.Length, headers, occurred, schema);
        return true;
    }

    /// <summary>The two headers that stand in the line, too. They are looked for in the outermost object alone.</summary>
    internal static bool Known(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> occurred, out long schema)
    {
        occurred = default;
        schema = 0;
        var found = 0;
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (found < 2 && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isTime, isSchema) = (reader.ValueTextEquals("Occurred"u8), reader.ValueTextEquals("Schema"u8));
            reader.Read();
            if (isTime && reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped)
            {
                occurred = reader.ValueSpan;
                found++;
            }
            else if (isSchema && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out schema))
            {
                found++;
            }

            reader.Skip();
        }

        return found == 2;
    }
}
