namespace EventDock.Adapters.Postgres;

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

/// <summary>
/// Rows, those of views above all, in the binary form of COPY (PostgreSQL manual, COPY, "Binary Format"), without its header and trailer: made
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
            Null();
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

    /// <summary>Begins a row of so many fields.</summary>
    public void Fields(short count)
    {
        BinaryPrimitives.WriteInt16BigEndian(buffer.GetSpan(2), count);
        buffer.Advance(2);
    }

    public void Null() => Length32(-1);

    public void Number(long value)
    {
        Length32(8);
        BinaryPrimitives.WriteInt64BigEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Length32(length);
        Encoding.UTF8.GetBytes(value, buffer.GetSpan(length));
        buffer.Advance(length);
    }

    /// <summary>bytea, or a text in UTF-8.</summary>
    public void Raw(ReadOnlySpan<byte> value)
    {
        Length32(value.Length);
        buffer.Write(value);
    }

    public void Json(ReadOnlySpan<byte> json)
    {
        Length32(json.Length + 1);
        buffer.Write([JsonbVersion]);
        buffer.Write(json);
    }

    public void Id(Guid value)
    {
        Length32(16);
        value.TryWriteBytes(buffer.GetSpan(16), bigEndian: true, out _);
        buffer.Advance(16);
    }

    public void Flag(bool value)
    {
        Length32(1);
        buffer.Write([value ? (byte)1 : (byte)0]);
    }

    /// <summary>A range of moments from one to before another; empty where it does not end behind its beginning.</summary>
    public void Range(long from, long to)
    {
        const byte empty = 1, withLower = 2;
        Length32(from < to ? 1 + (2 * 12) : 1);
        buffer.Write([from < to ? withLower : empty]);
        if (from < to)
        {
            Number(from);
            Number(to);
        }
    }

    private void Length32(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), length);
        buffer.Advance(4);
    }
}
