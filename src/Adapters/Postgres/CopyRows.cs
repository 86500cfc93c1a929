namespace EventDock.Adapters.Postgres;

using System.Buffers.Binary;
using System.Diagnostics;
using System.IO;
using System.Text;
using Npgsql;

/// <summary>The rows of a COPY … TO STDOUT (FORMAT BINARY), one after the other, read by hand; see <see cref="CopyBlock"/>.</summary>
internal sealed class CopyRows(Stream stream) : IAsyncDisposable
{
    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private int rowEnd;

    public static async Task<CopyRows> BeginAsync(NpgsqlConnection connection, string query, CancellationToken cancel)
    {
        var rows = new CopyRows(await connection.BeginRawBinaryCopyAsync($"copy ({query}) to stdout (format binary)", cancel));
        await rows.FillAsync(CopyBlock.Header.Length, cancel);
        rows.start += CopyBlock.Header.Length;
        rows.rowEnd = rows.start;
        return rows;
    }

    /// <summary>
    /// Makes sure that the next row lies whole in memory, to be read by the calls below, its fields in their order; false at the end.
    /// </summary>
    public ValueTask<bool> NextAsync(CancellationToken cancel)
    {
        // Fields that nobody asked for are passed over.
        start = rowEnd;
        return Whole(out var more, out _) ? ValueTask.FromResult(more) : FillRowAsync(cancel);
    }

    private async ValueTask<bool> FillRowAsync(CancellationToken cancel)
    {
        bool more;
        while (!Whole(out more, out var wanted))
        {
            await FillAsync(wanted, cancel);
        }

        return more;
    }

    /// <summary>Whether all of a row is there, or the end of all rows; else at least so many bytes are wanted.</summary>
    private bool Whole(out bool more, out int wanted)
    {
        var there = buffer.AsSpan(start, end - start);
        more = false;
        wanted = 2;
        if (there.Length < wanted)
        {
            return false;
        }

        var fields = BinaryPrimitives.ReadInt16BigEndian(there);
        if (fields < 0)
        {
            return true;
        }

        var at = 2;
        for (var i = 0; i < fields; i++)
        {
            wanted = at + 4;
            if (there.Length < wanted)
            {
                return false;
            }

            at += 4 + Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(there[at..]));
        }

        wanted = at;
        if (there.Length < wanted)
        {
            return false;
        }

        (more, rowEnd) = (true, start + at);
        start += 2;
        return true;
    }

    public long? Number()
    {
        var bytes = Field(out var isNull);
        return isNull ? null : BinaryPrimitives.ReadInt64BigEndian(bytes);
    }

    public string? Text()
    {
        var bytes = Field(out var isNull);
        return isNull ? null : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Valid until the next row is asked for; empty for null.</summary>
    public ReadOnlySpan<byte> Bytes() => Field(out _);

    /// <summary>Is the next field null? It stays the next.</summary>
    public bool IsNull => BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(start)) < 0;

    public byte[]? Copy()
    {
        var bytes = Field(out var isNull);
        return isNull ? null : bytes.ToArray();
    }

    /// <summary>jsonb as its text, without the byte before it that tells the version of the form.</summary>
    public ReadOnlySpan<byte> Json()
    {
        var bytes = Field(out var isNull);
        return isNull ? default : bytes[1..];
    }

    public Guid Id() => new(Field(out _), bigEndian: true);

    public bool? Flag()
    {
        var bytes = Field(out var isNull);
        return isNull ? null : bytes[0] != 0;
    }

    private ReadOnlySpan<byte> Field(out bool isNull)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(start));
        isNull = length < 0;
        var bytes = buffer.AsSpan(start + 4, Math.Max(0, length));
        start += 4 + bytes.Length;
        return bytes;
    }

    private async ValueTask FillAsync(int wanted, CancellationToken cancel)
    {
        if (buffer.Length - start < wanted)
        {
            var larger = wanted > buffer.Length ? new byte[wanted * 2] : buffer;
            Buffer.BlockCopy(buffer, start, larger, 0, end - start);
            (buffer, start, end) = (larger, 0, end - start);
        }

        while (end - start < wanted)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancel);
            end += read > 0 ? read : throw new UnreachableException("COPY ended within a row");
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
