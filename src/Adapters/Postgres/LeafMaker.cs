namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
using System.Globalization;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>The leaves of one append's events, one after the other: what they have in common is made once.</summary>
/// <param name="events">So many: their salts are drawn at once.</param>
internal sealed class LeafMaker(string correlation, int events)
{
    /// <summary>More than what a command adds by itself: then what hashes fastest is worth its loading.</summary>
    private const int Few = 64;

    private readonly byte[] salts = Entropy.Bytes(2 * Leaf.SaltLength * events);
    private readonly string before = $"{{\"correlation\":{CanonicalJson.Quoted(correlation)},\"data\":\"";
    private readonly CanonicalText text = new();
    private int drawn;
    private string? stream;
    private string quoted = "";

    /// <param name="data">As the codec writes it.</param>
    /// <param name="headers">Canonical.</param>
    public Leaf Of(Guid id, string ofStream, long version, EventKind kind, DateTimeOffset occurred, string data, byte[] headers)
    {
        if (ofStream != stream)
        {
            (stream, quoted) = (ofStream, CanonicalJson.Quoted(ofStream));
        }

        var (headerSalt, dataSalt) = (Salt(), Salt());
        var begin = $"{before}{OfData(dataSalt, data)}\",\"headers\":\"{OfHeaders(headerSalt, headers)}\",\"id\":\"{id:D}\""
            + $",\"occurred\":\"{Rfc3339.Micros(occurred)}\",\"position\":";
        // An alias is snake_case, and needs no escapes.
        var end = string.Create(
            CultureInfo.InvariantCulture,
            $",\"schema\":{kind.Schema},\"stream\":{quoted},\"type\":\"{kind.Alias}\",\"version\":{version}}}");
        return new Leaf(begin, end, headerSalt, dataSalt);
    }

    private byte[] Salt() => salts[drawn..(drawn += Leaf.SaltLength)];

    private string OfHeaders(byte[] salt, byte[] canonical)
    {
        text.Clear();
        text.Add(salt);
        text.Add(canonical);
        return Hashed();
    }

    private string OfData(byte[] salt, string data)
    {
        text.Clear();
        text.Add(salt);
        CanonicalJson.Write(Encoding.UTF8.GetBytes(data), text)
            .IfLeft(error => throw new UnreachableException($"what the codec wrote is not canonical: {error}"));
        return Hashed();
    }

    /// <summary>Hex of SHA-256(salt ‖ canonical JSON), which stand in the text.</summary>
    private string Hashed()
    {
        Span<byte> hash = stackalloc byte[ShortSha256.Length];
        if (events > Few)
        {
            BlockSha256.Hash(text.Written, hash);
        }
        else
        {
            ShortSha256.Hash(text.Written, hash);
        }

        return Convert.ToHexStringLower(hash);
    }
}
