namespace EventDock.Adapters.Postgres;

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

/// <summary>
/// Versions of rows in the binary form of COPY (PostgreSQL manual, COPY, "Binary Format"), without its header and trailer: made
/// by hand since the driver's writer costs more than all the rest of a fold.
/// </summary>
internal sealed class CopyBlock
{
    public static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, .. new byte[8]];
    public static readonly byte[] Trailer = [0xFF, 0xFF];

    /// <summary>jsonb's binary form is this number and the text.</summary>
    private const byte JsonbVersion = 1;

    private readonly ArrayBufferWriter<byte> buffer = new(1 << 16);

    public int Length => buffer.WrittenCount;

    public ReadOnlyMemory<byte> Bytes => buffer.WrittenMemory;

    /// <summary>key, valid_from, valid_to, row.</summary>
    public void Version(string key, long from, long? to, byte[] row)
    {
        Fields(4);
        Text(key);
        Number(from);
        if (to is { } end)
        {
            Number(end);
        }
        else
        {
            Length32(-1);
        }

        Json(row);
    }

    /// <summary>key, valid_from, row.</summary>
    public void Open(string key, long from, byte[] row)
    {
        Fields(3);
        Text(key);
        Number(from);
        Json(row);
    }

    public void Clear() => buffer.ResetWrittenCount();

    private void Fields(short count)
    {
        BinaryPrimitives.WriteInt16BigEndian(buffer.GetSpan(2), count);
        buffer.Advance(2);
    }

    private void Length32(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), length);
        buffer.Advance(4);
    }

    private void Number(long value)
    {
        Length32(8);
        BinaryPrimitives.WriteInt64BigEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }

    private void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Length32(length);
        Encoding.UTF8.GetBytes(value, buffer.GetSpan(length));
        buffer.Advance(length);
    }

    private void Json(byte[] json)
    {
        Length32(json.Length + 1);
        buffer.GetSpan(1)[0] = JsonbVersion;
        buffer.Advance(1);
        buffer.Write(json);
    }
}
