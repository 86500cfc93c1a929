namespace EventDock.Adapters.Postgres;

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

/// <summary>
/// SHA-256 (FIPS 180-4) over OpenSSL's function for one block of 64 bytes. A leaf, its two digests, its link and its place in
/// the tree are texts of a few blocks: around such a text the base library's way into OpenSSL costs more than the hashing. The library is
/// loaded with the first text; what hashes a few is better off with <see cref="EventDock.Domain.Kernel.ShortSha256"/>.
/// </summary>
internal static unsafe class BlockSha256
{
    private const int Block = 64, LengthField = 8;

    /// <summary>A call that is not long enough for the collector to miss the thread; a longer text goes the usual way.</summary>
    private const int MostAtOnce = 1 << 16;

    /// <summary>Into a SHA256_CTX, which begins with the eight words of the state: all of it that this function touches.</summary>
    private static readonly delegate* unmanaged[SuppressGCTransition]<uint*, byte*, void> Transform =
        (delegate* unmanaged[SuppressGCTransition]<uint*, byte*, void>)Export();

    private static ReadOnlySpan<uint> Start =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    /// <summary>SHA-256 of the text; the hash has 32 bytes.</summary>
    [SkipLocalsInit]
    public static void Hash(ReadOnlySpan<byte> text, Span<byte> hash)
    {
        if (Transform == null || text.Length > MostAtOnce)
        {
            SHA256.HashData(text, hash);
            return;
        }

        // A whole SHA256_CTX, should a function ever look at more of it.
        var state = stackalloc uint[32];
        Start.CopyTo(new Span<uint>(state, Start.Length));
        var whole = text.Length & ~(Block - 1);
        fixed (byte* from = text)
        {
            for (var at = 0; at < whole; at += Block)
            {
                Transform(state, from + at);
            }
        }

        // Behind the text a bit that is set, zeros, and how many bits it has.
        var last = stackalloc byte[2 * Block];
        var rest = text[whole..];
        var padded = new Span<byte>(last, rest.Length < Block - LengthField ? Block : 2 * Block);
        rest.CopyTo(padded);
        padded[rest.Length] = 0x80;
        padded[(rest.Length + 1)..^LengthField].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(padded[^LengthField..], (ulong)text.Length * 8);
        for (var at = 0; at < padded.Length; at += Block)
        {
            Transform(state, last + at);
        }

        for (var word = 0; word < Start.Length; word++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(hash[(word * sizeof(uint))..], state[word]);
        }
    }

    /// <summary>An OpenSSL of its own kind may be built without it.</summary>
    private static nint Export() =>
        NativeLibrary.TryLoad("libcrypto.so.3", out var library)
        && NativeLibrary.TryGetExport(library, "SHA256_Transform", out var found)
            ? found
            : 0;
}
