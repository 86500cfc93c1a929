namespace EventDock.Adapters.Tar;

using EventDock.Adapters.Posix;

/// <summary>
/// The records of one extended header (POSIX pax, "pax Extended Header": <c>LENGTH KEY=VALUE\n</c>), as far as they mean
/// something here. The last of several records for a key counts, and an empty value takes the key back.
/// </summary>
internal sealed class PaxRecords
{
    private const string Xattr = "SCHILY.xattr.";

    internal byte[]? Path { get; private set; }

    internal byte[]? Link { get; private set; }

    internal long? Size { get; private set; }

    internal long? Uid { get; private set; }

    internal long? Gid { get; private set; }

    internal FileTime? Modified { get; private set; }

    internal SortedDictionary<byte[], byte[]> Xattrs { get; } = new(ByteOrder.Instance);

    internal byte[]? SparseName { get; private set; }

    internal long? SparseSize { get; private set; }

    internal long? SparseMajor { get; private set; }

    internal long? SparseMinor { get; private set; }

    /// <summary>Offsets and lengths of the formats 0.0 and 0.1, alternating.</summary>
    internal List<long>? SparseMap { get; private set; }

    /// <summary>False where they are not of their form.</summary>
    internal bool TryRead(ReadOnlySpan<byte> text)
    {
        // Some writers fill the header up with NULs.
        while (!text.IsEmpty && text[0] != 0)
        {
            var space = text.IndexOf((byte)' ');
            if (space <= 0 || !TarNumbers.TryDecimal(text[..space], out var length) || length <= space + 2 || length > text.Length
                || text[(int)length - 1] != (byte)'\n')
            {
                return false;
            }

            var record = text[(space + 1)..((int)length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0 || !TryTake(record[..equals], record[(equals + 1)..]))
            {
                return false;
            }

            text = text[(int)length..];
        }

        return true;
    }

    private bool TryTake(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.StartsWith("SCHILY.xattr."u8))
        {
            Xattrs[key[Xattr.Length..].ToArray()] = value.ToArray();
            return key.Length > Xattr.Length && !key.Contains((byte)0);
        }

        return Bytes.Show(key) switch
        {
            "path" => TryName(value, v => Path = v),
            "linkpath" => TryName(value, v => Link = v),
            "size" => TryNumber(value, v => Size = v),
            "uid" => TryNumber(value, v => Uid = v),
            "gid" => TryNumber(value, v => Gid = v),
            "mtime" => TryModified(value),
            "GNU.sparse.name" => TryName(value, v => SparseName = v),
            "GNU.sparse.realsize" or "GNU.sparse.size" => TryNumber(value, v => SparseSize = v),
            "GNU.sparse.major" => TryNumber(value, v => SparseMajor = v),
            "GNU.sparse.minor" => TryNumber(value, v => SparseMinor = v),
            "GNU.sparse.offset" or "GNU.sparse.numbytes" => TryMap(value, fresh: false),
            "GNU.sparse.map" => TryMap(value, fresh: true),
            _ => true,
        };
    }

    private static bool TryName(ReadOnlySpan<byte> value, Action<byte[]?> set)
    {
        set(value.IsEmpty ? null : value.ToArray());
        return !value.Contains((byte)0);
    }

    private static bool TryNumber(ReadOnlySpan<byte> value, Action<long?> set)
    {
        if (value.IsEmpty)
        {
            set(null);
            return true;
        }

        var read = TarNumbers.TryDecimal(value, out var number);
        set(number);
        return read && number >= 0;
    }

    private bool TryModified(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            Modified = null;
            return true;
        }

        var read = TarNumbers.TryTime(value, out var time);
        Modified = time;
        return read;
    }

    private bool TryMap(ReadOnlySpan<byte> value, bool fresh)
    {
        SparseMap = fresh ? [] : SparseMap ?? [];
        while (!value.IsEmpty)
        {
            var comma = value.IndexOf((byte)',');
            if (!TarNumbers.TryDecimal(comma < 0 ? value : value[..comma], out var number) || number < 0)
            {
                return false;
            }

            SparseMap.Add(number);
            value = comma < 0 ? default : value[(comma + 1)..];
        }

        return true;
    }
}
