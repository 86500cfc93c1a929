namespace EventDock.Adapters.Tar;

using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using EventDock.Adapters.Posix;

/// <summary>
/// Writes an archive whose bytes depend on the entries alone: POSIX ustar, an extended header only for what does not fit in
/// it (a long path, a large id or size, fractions of a second, attributes), owners' names empty, no process id anywhere.
/// The caller gives the entries in their order. Sparse files are written in GNU's format 1.0.
/// </summary>
public sealed class TarWriter(Stream target)
{
    private const int Block = TarReader.Block;
    private const long LargestId = 0x1fffff;
    private const long LargestSize = 0x1ffffffff;
    private long owed;
    private long padding;

    /// <summary>The header; the entry's stored bytes follow by <see cref="Data"/>.</summary>
    public void Entry(TarEntry entry)
    {
        if (owed != 0)
        {
            throw new UnreachableException("the last entry's data is not complete");
        }

        Zeros(padding);
        var map = entry.Sparse is null ? [] : Map(entry.Sparse);
        var size = entry.Kind == TarKind.Regular ? map.Length + entry.Stored : 0;
        var records = Records(entry, size);
        if (records.Length > 0)
        {
            var name = Encoding.ASCII.GetBytes("PaxHeaders/entry");
            target.Write(Header(name, [], 'x', entry with { Mode = 0x1a4, Uid = 0, Gid = 0, Major = 0, Minor = 0 }, records.Length, []));
            target.Write(records);
            Zeros(Filling(records.Length));
        }

        Split(entry.Sparse is null ? entry.Name : SparseName, out var prefix, out var last);
        target.Write(Header(last, entry.Link, Type(entry.Kind), entry, size, prefix));
        target.Write(map);
        owed = size - map.Length;
        padding = Filling(size);
    }

    /// <summary>Says something of the archive as a whole; for who reads it, it means nothing.</summary>
    public void Comment(string text)
    {
        var records = new MemoryStream();
        Record(records, "comment"u8, Encoding.UTF8.GetBytes(text));
        var about = new TarEntry([], TarKind.Regular, [], 0x1a4, 0, 0, 0, default, 0, 0, [], null);
        target.Write(Header("pax_global_header"u8.ToArray(), [], 'g', about, records.Length, []));
        target.Write(records.ToArray());
        Zeros(Filling(records.Length));
    }

    public void Data(ReadOnlySpan<byte> bytes)
    {
        owed -= bytes.Length;
        if (owed < 0)
        {
            throw new UnreachableException("more data than the header says");
        }

        target.Write(bytes);
    }

    /// <summary>Two blocks of zeros.</summary>
    public void End()
    {
        if (owed != 0)
        {
            throw new UnreachableException("the last entry's data is not complete");
        }

        Zeros(padding + (2 * Block));
        padding = 0;
    }

    private static readonly byte[] SparseName = "GNUSparseFile/entry"u8.ToArray();

    private static byte[] Map(IReadOnlyList<DataRange> ranges)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{ranges.Count}\n");
        foreach (var range in ranges)
        {
            text.Append(CultureInfo.InvariantCulture, $"{range.Offset}\n{range.Length}\n");
        }

        var map = new byte[text.Length + Filling(text.Length)];
        Encoding.ASCII.GetBytes(text.ToString(), map);
        return map;
    }

    private static byte[] Records(TarEntry entry, long size)
    {
        var records = new MemoryStream();
        if (entry.Sparse is not null)
        {
            Record(records, "GNU.sparse.major"u8, "1"u8);
            Record(records, "GNU.sparse.minor"u8, "0"u8);
            Record(records, "GNU.sparse.name"u8, entry.Name);
            Record(records, "GNU.sparse.realsize"u8, Decimal(entry.Size));
        }

        foreach (var x in entry.Xattrs.OrderBy(x => x.Name, ByteOrder.Instance))
        {
            Record(records, [.. "SCHILY.xattr."u8, .. x.Name], x.Value);
        }

        if (entry.Gid > LargestId)
        {
            Record(records, "gid"u8, Decimal(entry.Gid));
        }

        if (entry.Link.Length > 100)
        {
            Record(records, "linkpath"u8, entry.Link);
        }

        if (entry.Modified.Nanoseconds != 0 || !InHeader(entry.Modified.Seconds))
        {
            Record(records, "mtime"u8, Time(entry.Modified));
        }

        if (entry.Sparse is null && !Split(entry.Name, out _, out _))
        {
            Record(records, "path"u8, entry.Name);
        }

        if (size > LargestSize)
        {
            Record(records, "size"u8, Decimal(size));
        }

        if (entry.Uid > LargestId)
        {
            Record(records, "uid"u8, Decimal(entry.Uid));
        }

        return records.ToArray();
    }

    // The length counts itself: "10 a=bcdef\n".
    private static void Record(MemoryStream records, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var rest = key.Length + value.Length + 3;
        var length = rest + Digits(rest);
        length = rest + Digits(length);
        records.Write(Decimal(length));
        records.WriteByte((byte)' ');
        records.Write(key);
        records.WriteByte((byte)'=');
        records.Write(value);
        records.WriteByte((byte)'\n');
    }

    private static int Digits(int number) => Decimal(number).Length;

    private static byte[] Decimal(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    private static byte[] Time(FileTime time)
    {
        // Half a second before 1970 is -0.5: seconds -1 and half a second after them.
        var negative = time.Seconds < 0;
        var seconds = negative && time.Nanoseconds > 0 ? time.Seconds + 1 : time.Seconds;
        var nanoseconds = negative && time.Nanoseconds > 0 ? 1_000_000_000 - time.Nanoseconds : time.Nanoseconds;
        var whole = negative && seconds == 0 ? "-0" : seconds.ToString(CultureInfo.InvariantCulture);
        return Encoding.ASCII.GetBytes(
            nanoseconds == 0 ? whole : $"{whole}.{nanoseconds.ToString("d9", CultureInfo.InvariantCulture).TrimEnd('0')}");
    }

    private static bool InHeader(long seconds) => seconds is >= 0 and <= LargestSize;

    // ustar has 155 bytes for directories and 100 for the rest, with the slash between them left out.
    private static bool Split(byte[] name, out byte[] prefix, out byte[] last)
    {
        prefix = [];
        last = name;
        if (name.Length <= 100)
        {
            return true;
        }

        var searched = name.AsSpan(0, Math.Min(156, name.Length - 1));
        var slash = searched.LastIndexOf((byte)'/');
        if (slash <= 0 || name.Length - slash - 1 > 100)
        {
            last = name[..100];
            return false;
        }

        prefix = name[..slash];
        last = name[(slash + 1)..];
        return true;
    }

    private static char Type(TarKind kind) => kind switch
    {
        TarKind.Regular => '0',
        TarKind.HardLink => '1',
        TarKind.Symlink => '2',
        TarKind.CharDevice => '3',
        TarKind.BlockDevice => '4',
        TarKind.Directory => '5',
        TarKind.Fifo => '6',
        _ => throw new UnreachableException($"no tar type for {kind}"),
    };

    private static byte[] Header(byte[] name, byte[] link, char type, TarEntry entry, long size, byte[] prefix)
    {
        var block = new byte[Block];
        name.CopyTo(block, 0);
        Octal(block.AsSpan(100, 8), entry.Mode & 0xfff);
        Octal(block.AsSpan(108, 8), entry.Uid > LargestId ? 0 : entry.Uid);
        Octal(block.AsSpan(116, 8), entry.Gid > LargestId ? 0 : entry.Gid);
        Octal(block.AsSpan(124, 12), size > LargestSize ? 0 : size);
        Octal(block.AsSpan(136, 12), InHeader(entry.Modified.Seconds) ? entry.Modified.Seconds : 0);
        block[156] = (byte)type;
        link.AsSpan(0, Math.Min(100, link.Length)).CopyTo(block.AsSpan(157));
        "ustar\0"u8.CopyTo(block.AsSpan(257));
        "00"u8.CopyTo(block.AsSpan(263));
        Octal(block.AsSpan(329, 8), entry.Major);
        Octal(block.AsSpan(337, 8), entry.Minor);
        prefix.CopyTo(block, 345);
        block.AsSpan(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var b in block)
        {
            sum += b;
        }

        Octal(block.AsSpan(148, 7), sum);
        return block;
    }

    // Digits, then one NUL.
    private static void Octal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }

        field[^1] = 0;
        if (value != 0)
        {
            throw new UnreachableException("a number does not fit its field");
        }
    }

    private static long Filling(long length) => (Block - (length % Block)) % Block;

    private void Zeros(long count)
    {
        Span<byte> zeros = stackalloc byte[Block];
        zeros.Clear();
        for (; count > 0; count -= Block)
        {
            target.Write(zeros[..(int)Math.Min(Block, count)]);
        }
    }
}
