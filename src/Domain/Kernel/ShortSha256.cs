namespace EventDock.Domain.Kernel;

using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

/// <summary>
/// SHA-256 (FIPS 180-4) without a library, for the few short texts that every command hashes. The base library's loads OpenSSL for the first
/// of them, which takes 2 ms of a command's 20; from some ten thousand bytes on that one is quicker all the same.
/// </summary>
public static class ShortSha256
{
    /// <summary>Bytes up to which loading the library would cost more than it saves.</summary>
    public const int Most = 1 << 14;

    /// <summary>Bytes of a hash.</summary>
    public const int Length = 32;

    private const int Block = 64, LengthField = 8;

    private static ReadOnlySpan<uint> Constants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    public static byte[] Hash(ReadOnlySpan<byte> text)
    {
        var hash = new byte[Length];
        Hash(text, hash);
        return hash;
    }

    /// <param name="hash">Takes <see cref="Length"/> bytes.</param>
    [SkipLocalsInit]
    public static void Hash(ReadOnlySpan<byte> text, Span<byte> hash)
    {
        Span<uint> state =
        [
            0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
        ];
        Span<uint> schedule = stackalloc uint[Block];
        var rest = text;
        for (; rest.Length >= Block; rest = rest[Block..])
        {
            Add(state, schedule, rest);
        }

        // What is left, a one bit, zeros, and how many bits the text had: one block, or two.
        Span<byte> end = stackalloc byte[2 * Block];
        end.Clear();
        rest.CopyTo(end);
        end[rest.Length] = 0x80;
        end = rest.Length + 1 + LengthField <= Block ? end[..Block] : end;
        BinaryPrimitives.WriteInt64BigEndian(end[^LengthField..], text.Length * 8L);
        for (var block = 0; block < end.Length; block += Block)
        {
            Add(state, schedule, end[block..]);
        }

        for (var i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(hash[(4 * i)..], state[i]);
        }
    }

    private static void Add(Span<uint> state, Span<uint> schedule, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < 16; i++)
        {
            schedule[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]);
        }

        for (var i = 16; i < Block; i++)
        {
            var (near, far) = (schedule[i - 2], schedule[i - 15]);
            schedule[i] = schedule[i - 16] + schedule[i - 7]
                + (BitOperations.RotateRight(far, 7) ^ BitOperations.RotateRight(far, 18) ^ (far >> 3))
                + (BitOperations.RotateRight(near, 17) ^ BitOperations.RotateRight(near, 19) ^ (near >> 10));
        }

        var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        for (var i = 0; i < Block; i++)
        {
            var one = h + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25))
                + ((e & f) ^ (~e & g)) + Constants[i] + schedule[i];
            var two = (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22))
                + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + one, c, b, a, one + two);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }
}
