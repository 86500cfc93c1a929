namespace EventDock.Adapters.Tar;

/// <summary>One block of 512 bytes, its checksum checked (POSIX ustar; GNU tar's tar.h for the old sparse fields).</summary>
internal readonly record struct TarHeader(
    byte[] Name, byte[] Link, char Type, uint Mode, long Uid, long Gid, long Size, long Modified, uint Major, uint Minor,
    List<long> SparseMap, bool SparseMore, long SparseSize)
{
    internal static bool TryRead(ReadOnlySpan<byte> block, out TarHeader header, out string reason)
    {
        header = default;
        reason = "a header's checksum is wrong";
        if (!TarNumbers.TryField(block.Slice(148, 8), out var checksum) || !Fits(block, checksum))
        {
            return false;
        }

        reason = "a header is malformed";
        var ustar = block.Slice(257, 6).SequenceEqual("ustar\0"u8);
        var gnu = block.Slice(257, 8).SequenceEqual("ustar  \0"u8);
        long major = 0, minor = 0, real = 0;
        if (!TarNumbers.TryField(block.Slice(100, 8), out var mode)
            || !TarNumbers.TryField(block.Slice(108, 8), out var uid)
            || !TarNumbers.TryField(block.Slice(116, 8), out var gid)
            || !TarNumbers.TryField(block.Slice(124, 12), out var size)
            || !TarNumbers.TryField(block.Slice(136, 12), out var modified)
            || ((ustar || gnu)
                && (!TarNumbers.TryField(block.Slice(329, 8), out major) || !TarNumbers.TryField(block.Slice(337, 8), out minor)))
            || size < 0 || uid < 0 || gid < 0 || major is < 0 or > uint.MaxValue || minor is < 0 or > uint.MaxValue)
        {
            return false;
        }

        var type = (char)block[156];
        var map = new List<long>();
        if (type == 'S'
            && (!gnu || !TrySparse(block.Slice(386, 96), map) || !TarNumbers.TryField(block.Slice(483, 12), out real) || real < 0))
        {
            return false;
        }

        header = new TarHeader(
            FullName(block, ustar), Text(block.Slice(157, 100)), type, (uint)(mode & 0xfff), uid, gid, size, modified,
            (uint)major, (uint)minor, map, type == 'S' && block[482] != 0, real);
        return true;
    }

    /// <summary>Pairs of offset and length, 24 bytes each, up to the first empty one.</summary>
    internal static bool TrySparse(ReadOnlySpan<byte> fields, List<long> map)
    {
        for (; fields.Length >= 24 && fields[0] != 0; fields = fields[24..])
        {
            if (!TarNumbers.TryField(fields[..12], out var offset) || !TarNumbers.TryField(fields.Slice(12, 12), out var length)
                || offset < 0 || length < 0)
            {
                return false;
            }

            map.Add(offset);
            map.Add(length);
        }

        return true;
    }

    private static byte[] FullName(ReadOnlySpan<byte> block, bool ustar)
    {
        var name = Text(block[..100]);
        if (!ustar)
        {
            return name;
        }

        // star uses the end of the prefix for times and marks that at the very end.
        var prefix = Text(block.Slice(345, block.Slice(508, 4).SequenceEqual("tar\0"u8) ? 131 : 155));
        return prefix.Length == 0 ? name : [.. prefix, (byte)'/', .. name];
    }

    private static byte[] Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return (end < 0 ? field : field[..end]).ToArray();
    }

    // The sum with the checksum's own field as spaces; old writers summed signed bytes.
    private static bool Fits(ReadOnlySpan<byte> block, long checksum)
    {
        long unsigned = 8 * ' ', signed = 8 * ' ';
        for (var i = 0; i < block.Length; i++)
        {
            if (i is < 148 or >= 156)
            {
                unsigned += block[i];
                signed += (sbyte)block[i];
            }
        }

        return checksum == unsigned || checksum == signed;
    }
}
