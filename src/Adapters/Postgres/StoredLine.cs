namespace EventDock.Adapters.Postgres;

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>A leaf's line that is not what its event makes: what it says, and whether a redaction explains the difference.</summary>
internal static class StoredLine
{
    private static readonly DateTimeOffset Postgres = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static AuditedLine Of(byte[] line, in StoredEvent stored, byte[]? headerSalt, byte[]? dataSalt, bool salted)
    {
        var hash = MerkleTree.Leaf(line);
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            return new AuditedLine(
                hash, root.GetProperty("id").GetGuid(), root.GetProperty("position").GetInt64(),
                salted && (headerSalt is null || dataSalt is null) && Fits(root, stored, headerSalt, dataSalt));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // The line itself has been edited into something that is none.
            return new AuditedLine(hash, Guid.Empty, 0, Redacted: false);
        }
    }

    /// <summary>All that a redaction leaves: every field of the line, and the digest of the part whose salt is still there.</summary>
    private static bool Fits(JsonElement line, in StoredEvent stored, byte[]? headerSalt, byte[]? dataSalt) =>
        line.GetProperty("id").GetGuid() == stored.Id
        && line.GetProperty("position").GetInt64() == stored.Position
        && line.GetProperty("version").GetInt64() == stored.Version
        && line.GetProperty("stream").ValueEquals(stored.Stream)
        && line.GetProperty("type").ValueEquals(stored.Type)
        && line.GetProperty("correlation").ValueEquals(stored.Correlation)
        && line.GetProperty("recorded").ValueEquals(Moment(stored.Recorded))
        && Part(line, "headers", headerSalt, stored.Headers, () => Blank(line))
        && Part(line, "data", dataSalt, stored.Data, () => RedactedForm.Data);

    /// <summary>A column can hold times beyond the years that a line can: those are written as what is none.</summary>
    private static ReadOnlySpan<byte> Moment(long micros)
    {
        var text = new CanonicalText();
        text.Moment(micros);
        return text.Written;
    }

    /// <summary>As it was hashed; or, where its salt is gone, what a redaction puts there and nothing else.</summary>
    private static bool Part(JsonElement line, string part, byte[]? salt, ReadOnlySpan<byte> json, Func<string> instead) =>
        LeafLine.Digest(salt, json).Match(
            Some: digest => digest == (salt is null
                ? LeafLine.Digest([], Encoding.UTF8.GetBytes(instead())).IfNone("")
                : line.GetProperty(part).GetString()),
            None: () => false);

    private static string Blank(JsonElement line) =>
        EventCodec.WriteHeaders(RedactedForm.Headers(
            line.GetProperty("schema").GetInt32(),
            Rfc3339.Parse(line.GetProperty("occurred").GetString() ?? "").IfNone(Postgres),
            line.GetProperty("correlation").GetGuid()));
}
