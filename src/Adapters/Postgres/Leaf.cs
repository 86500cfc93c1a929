namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
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

    /// <summary>Known to be canonical: what the codec writes is JSON.</summary>
    public static byte[] Canonical(string json) =>
        CanonicalJson.Of(json).IfLeft(error => throw new UnreachableException($"what the codec wrote is not canonical: {error}"));
}
