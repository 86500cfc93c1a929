namespace EventDock.Adapters.Postgres;

using System.Buffers.Binary;
using System.IO;
using Npgsql;

/// <summary>
/// The rows of a <c>copy … to stdout (format binary)</c>, one at a time and in place: no value is made of a field that is only
/// compared or hashed (PostgreSQL manual, COPY, "Binary Format").
/// </summary>
internal sealed class CopyRows : IAsyncDisposable
{
    /// <summary>The signature, the flags and the length of an extension that nobody has defined.</summary>
    private const int HeaderLength = 11 + 4 + 4;

    private readonly Stream stream;
    private readonly List<(int Start, int Length)> fields = [];
    private byte[] buffer = new byte[256 * 1024];
    private int start, end;

    private CopyRows(Stream stream) => this.stream = stream;

    public static async Task<CopyRows> OpenAsync(NpgsqlConnection connection, string copy, CancellationToken cancel)
    {
        var rows = new CopyRows(await connection.BeginRawBinaryCopyAsync(copy, cancel));
        await rows.HaveAsync(HeaderLength, cancel);
        rows.start += HeaderLength;
        return rows;
    }

    public async ValueTask<bool> NextAsync(CancellationToken cancel)
    {
        if (end - start < 2)
        {
            await HaveAsync(2, cancel);
        }

        var count = BinaryPrimitives.ReadInt16BigEndian(buffer.AsSpan(start));
        if (count < 0)
        {
            return false;
        }

        while (!Whole(count, out var needed))
        {
            await HaveAsync(needed, cancel);
        }

        return true;
    }

    public bool IsNull(int field) => fields[field].Length < 0;

    /// <summary>Nothing where it is null.</summary>
    public ReadOnlySpan<byte> Bytes(int field) =>
        fields[field] is (var at, > 0 and var length) ? buffer.AsSpan(at, length) : default;

    /// <summary>jsonb as its text: one byte before it says the version of the form.</summary>
    public ReadOnlySpan<byte> Json(int field) => IsNull(field) ? default : Bytes(field)[1..];

    public long Number(int field) => BinaryPrimitives.ReadInt64BigEndian(Bytes(field));

    public Guid Id(int field) => new(Bytes(field), bigEndian: true);

    public bool Is(int field, bool value) => !IsNull(field) && (Bytes(field)[0] != 0) == value;

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    /// <summary>Finds the fields of the row at the start, and goes past it; else says how many bytes it takes at least.</summary>
    private bool Whole(int count, out int needed)
    {
        fields.Clear();
        var at = start + 2;
        for (var i = 0; i < count; i++)
        {
            if (at + 4 > end)
            {
                needed = at + 4 - start;
                return false;
            }

            var length = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(at));
            fields.Add((at + 4, length));
            at += 4 + Math.Max(length, 0);
        }

        needed = at - start;
        if (at > end)
        {
            return false;
        }

        start = at;
        return true;
    }

    /// <summary>Reads on until so many bytes are there.</summary>
    private async ValueTask HaveAsync(int needed, CancellationToken cancel)
    {
        if (start + needed > buffer.Length)
        {
            var larger = needed > buffer.Length ? new byte[Math.Max(needed, buffer.Length * 2)] : buffer;
            Buffer.BlockCopy(buffer, start, larger, 0, end - start);
            (buffer, end, start) = (larger, end - start, 0);
        }

        while (end - start < needed)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancel);
            end += read > 0 ? read : throw new EndOfStreamException("the database ended a copy in the middle of a row");
        }
    }
}
