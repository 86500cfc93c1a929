namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>
/// The hashed leaf of an event: one line of canonical JSON (RFC 8785) with the keys
/// correlation, data, headers, id, occurred, position, recorded, schema, stream, type, version, in this order.
/// <c>data</c> and <c>headers</c> are the hex SHA-256 of a salt followed by the canonical JSON of that column; so either can
/// be dropped with its salt, and the leaf still stands. Position and recorded time are known only under the ledger's lock,
/// where SQL puts them between the two parts made here. The leaf's hash is SHA-256 of a zero byte and the line (RFC 6962, 2.1).
/// </summary>
internal sealed record Leaf(string Begin, string End, byte[] HeaderSalt, byte[] DataSalt)
{
    public const int SaltLength = SaltedPart.SaltLength;

    public static Leaf Of(
        Guid id, string correlation, string stream, long version, EventKind kind, DateTimeOffset occurred, byte[] data, byte[] headers)
    {
        var (headerSalt, dataSalt) = (RandomNumberGenerator.GetBytes(SaltLength), RandomNumberGenerator.GetBytes(SaltLength));
        var begin = $"{{\"correlation\":{CanonicalJson.Quoted(correlation)},\"data\":\"{Salted(dataSalt, data)}\""
            + $",\"headers\":\"{Salted(headerSalt, headers)}\",\"id\":\"{id:D}\""
            + $",\"occurred\":\"{Rfc3339.Micros(occurred)}\",\"position\":";
        var end = string.Create(
            CultureInfo.InvariantCulture,
            $",\"schema\":{kind.Schema},\"stream\":{CanonicalJson.Quoted(stream)},\"type\":{CanonicalJson.Quoted(kind.Alias)},\"version\":{version}}}");
        return new Leaf(begin, end, headerSalt, dataSalt);
    }

    /// <summary>Hex of SHA-256(salt ‖ canonical JSON).</summary>
    public static string Salted(byte[] salt, byte[] canonical)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        byte[] salted = [.. salt, .. canonical];
        SHA256.HashData(salted, hash);
        return Convert.ToHexStringLower(hash);
    }

    public static byte[] Canonical(string json) =>
        CanonicalJson.Of(json).IfLeft(error => throw new UnreachableException($"what the codec wrote is not canonical: {error}"));
}
