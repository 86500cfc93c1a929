namespace EventDock.Adapters.Tar;

using System.Diagnostics.CodeAnalysis;
using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>
/// Reads an archive as it comes: POSIX ustar and pax, GNU's long names, sparse files and base-256 numbers. What is not of its
/// form is DomainError.BadContent (as a <see cref="RefusedException"/>), and so is all that exceeds the limits. Reads synchronously.
/// </summary>
public sealed class TarReader(Stream source, string what, TarLimits limits)
{
    internal const int Block = 512;

    /// <summary>Of zeros after the end: tar fills up a record, tapes had large ones, and /dev/zero never ends.</summary>
    private const int MostPadding = 64 * 1024 * 1024;

    private readonly byte[] buffer = new byte[128 * 1024];
    private int start;
    private int end;
    private long stored;
    private long padding;
    private long entries;
    private long bytes;
    private long extension;
    private TarEntry? current;

    /// <summary>The next entry; false at the end of the archive, whose every byte has then been read.</summary>
    public bool TryNext([NotNullWhen(true)] out TarEntry? entry)
    {
        Skip(stored);
        Skip(padding);
        stored = padding = extension = 0;
        current = entry = null;
        var pax = new PaxRecords();
        byte[]? longName = null, longLink = null;
        var extended = false;
        while (TryHeader(out var header))
        {
            switch (header.Type)
            {
                case 'x' or 'X':
                    Require(pax.TryRead(Text(header.Size)), "an extended header is malformed");
                    extended = true;
                    continue;
                case 'g':
                    // Defaults for all that follows; nothing in one (git's commit id, say) may decide where a file goes.
                    Text(header.Size);
                    continue;
                case 'L':
                    longName = Name(Text(header.Size));
                    extended = true;
                    continue;
                case 'K':
                    longLink = Name(Text(header.Size));
                    extended = true;
                    continue;
                case 'V':
                    Text(header.Size);
                    continue;
                default:
                    Require(++entries <= limits.Entries, $"it has more than {limits.Entries} entries ({limits.Key("entries")})");
                    entry = current = Entry(header, pax, longName, longLink);
                    return true;
            }
        }

        Require(!extended, "it ends after an extended header");
        return false;
    }

    /// <summary>The current entry's bytes; holes are not delivered.</summary>
    public void Data(TarSink sink)
    {
        var entry = current ?? throw new System.Diagnostics.UnreachableException("no current entry");
        foreach (var range in entry.Sparse ?? [new DataRange(0, entry.Size)])
        {
            for (long done = 0; done < range.Length;)
            {
                Fill();
                var n = (int)Math.Min(end - start, range.Length - done);
                sink(range.Offset + done, buffer.AsSpan(start, n));
                start += n;
                done += n;
                stored -= n;
            }
        }
    }

    private bool TryHeader(out TarHeader header)
    {
        header = default;
        if (!TryBlock(out var block))
        {
            Require(entries > 0, "it is empty");
            return false;
        }

        if (block.IndexOfAnyExcept((byte)0) < 0)
        {
            // The end: a second block of zeros, then nothing but padding.
            for (long after = 0; TryFill(); after += end - start, start = end)
            {
                Require(after <= MostPadding, $"more than {MostPadding} bytes of padding follow its end");
                Require(buffer.AsSpan(start, end - start).IndexOfAnyExcept((byte)0) < 0, "there is something after its end");
            }

            return false;
        }

        Require(TarHeader.TryRead(block, out header, out var reason), reason);
        return true;
    }

    private TarEntry Entry(TarHeader header, PaxRecords pax, byte[]? longName, byte[]? longLink)
    {
        var name = pax.SparseName ?? pax.Path ?? longName ?? header.Name;
        var link = pax.Link ?? longLink ?? header.Link;
        var kind = Kind(header.Type, name);
        Require(name.Length > 0, "an entry has no name");
        Require(name.Length <= limits.PathLength, $"a path is longer than {limits.PathLength} bytes");
        Require(link.Length <= limits.PathLength, $"the target of {Bytes.Show(name)} is longer than {limits.PathLength} bytes");
        Require(!name.Contains((byte)0) && !link.Contains((byte)0), "a name has a NUL in it");
        Require(name.AsSpan().Count((byte)'/') <= limits.Depth, $"a path is deeper than {limits.Depth} directories ({limits.Key("depth")})");

        // Only regular files have data: other types' sizes are what they once were (POSIX ustar, "typeflag").
        var size = kind == TarKind.Regular ? pax.Size ?? header.Size : 0;
        stored = size;
        padding = (Block - (size % Block)) % Block;
        bytes += size;
        Require(size <= limits.Bytes && bytes <= limits.Bytes, $"it holds more than {limits.Bytes} bytes ({limits.Key("bytes")})");
        IReadOnlyList<DataRange>? sparse = null;
        if (kind == TarKind.Regular)
        {
            sparse = Sparse(header, pax, ref size);
        }

        return new TarEntry(
            name, kind, kind is TarKind.HardLink or TarKind.Symlink ? link : [], header.Mode & 0xfff, pax.Uid ?? header.Uid,
            pax.Gid ?? header.Gid, size, pax.Modified ?? new FileTime(header.Modified, 0), header.Major, header.Minor,
            [.. pax.Xattrs.Select(x => new Xattr(x.Key, x.Value))], sparse);
    }

    private TarKind Kind(char type, byte[] name) => type switch
    {
        // Before POSIX, a directory was a file whose name ends in a slash.
        '0' or '\0' or '7' => type != '7' && name is [.., (byte)'/'] ? TarKind.Directory : TarKind.Regular,
        'S' => TarKind.Regular,
        '1' => TarKind.HardLink,
        '2' => TarKind.Symlink,
        '3' => TarKind.CharDevice,
        '4' => TarKind.BlockDevice,
        '5' => TarKind.Directory,
        '6' => TarKind.Fifo,
        _ => throw Refused($"{Bytes.Show(name)} is of an unknown type ({(int)type})"),
    };

    // GNU tar's manual, "Storing Sparse Files": the old format, and 0.0, 0.1, 1.0 in extended headers.
    private IReadOnlyList<DataRange>? Sparse(TarHeader header, PaxRecords pax, ref long size)
    {
        var numbers = new List<long>();
        long real;
        if (header.Type == 'S')
        {
            real = header.SparseSize;
            numbers.AddRange(header.SparseMap);
            for (var more = header.SparseMore; more;)
            {
                Require(TryBlock(out var block), "it ends within a sparse map");
                Require(TarHeader.TrySparse(block[..504], numbers), "a sparse map is malformed");
                Require(numbers.Count <= limits.HeaderLength, "a sparse map is too long");
                more = block[504] != 0;
            }
        }
        else if (pax.SparseMajor is 1 && pax.SparseMinor is 0 or null && pax.SparseSize is { } size10)
        {
            real = size10;
            ReadMap(numbers);
        }
        else if (pax.SparseMap is { } map && pax.SparseSize is { } size0)
        {
            real = size0;
            numbers = map;
        }
        else
        {
            Require(pax.SparseMajor is null or 0, "a sparse file is of an unknown format");
            return null;
        }

        Require(numbers.Count % 2 == 0, "a sparse map is malformed");
        var ranges = new List<DataRange>();
        long at = 0, sum = 0;
        for (var i = 0; i < numbers.Count; i += 2)
        {
            var (offset, length) = (numbers[i], numbers[i + 1]);
            Require(offset >= at && length >= 0 && length <= real - offset, "a sparse map contradicts itself");
            at = offset + length;
            sum += length;
            if (length > 0)
            {
                ranges.Add(new DataRange(offset, length));
            }
        }

        Require(sum == stored, "a sparse map does not fit the data");
        size = real;
        return ranges;
    }

    // Format 1.0: decimal lines before the data, filled up to a block.
    private void ReadMap(List<long> numbers)
    {
        var line = new List<byte>();
        long expected = -1, read = 0;
        while (expected < 0 || numbers.Count < expected)
        {
            Require(read < stored, "a sparse map is malformed");
            Fill();
            var b = buffer[start++];
            read++;
            if (b != (byte)'\n')
            {
                line.Add(b);
                Require(line.Count <= 20, "a sparse map is malformed");
                continue;
            }

            Require(TarNumbers.TryDecimal([.. line], out var number) && number >= 0, "a sparse map is malformed");
            line.Clear();
            if (expected < 0)
            {
                Require(number <= limits.HeaderLength, "a sparse map is too long");
                expected = number * 2;
            }
            else
            {
                numbers.Add(number);
            }
        }

        var rest = (Block - (read % Block)) % Block;
        Require(read + rest <= stored, "a sparse map is malformed");
        Skip(rest);
        stored -= read + rest;
    }

    // The body of an extended header or long name. An entry may have several: what counts is all of them together.
    private byte[] Text(long size)
    {
        Require(
            size >= 0 && size <= limits.HeaderLength && (extension += Block + size) <= limits.HeaderLength + Block,
            $"an extended header is longer than {limits.HeaderLength} bytes");
        var text = new byte[size];
        for (var done = 0; done < text.Length;)
        {
            Fill();
            var n = Math.Min(end - start, text.Length - done);
            buffer.AsSpan(start, n).CopyTo(text.AsSpan(done));
            start += n;
            done += n;
        }

        Skip((Block - (size % Block)) % Block);
        return text;
    }

    private static byte[] Name(byte[] text) => text.AsSpan().IndexOf((byte)0) is var nul and >= 0 ? text[..nul] : text;

    private bool TryBlock(out ReadOnlySpan<byte> block)
    {
        block = default;
        if (!TryFill())
        {
            return false;
        }

        while (end - start < Block)
        {
            Require(TryMore(), "it is cut off");
        }

        block = buffer.AsSpan(start, Block);
        start += Block;
        return true;
    }

    private void Skip(long count)
    {
        while (count > 0)
        {
            Fill();
            var n = (int)Math.Min(end - start, count);
            start += n;
            count -= n;
        }
    }

    private void Fill() => Require(TryFill(), "it is cut off");

    private bool TryFill() => start < end || TryMore();

    private bool TryMore()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        var n = source.Read(buffer, end, buffer.Length - end);
        end += n;
        return n > 0;
    }

    private void Require([DoesNotReturnIf(false)] bool condition, string reason)
    {
        if (!condition)
        {
            throw Refused(reason);
        }
    }

    private RefusedException Refused(string reason) => new(new DomainError.BadContent(what, reason));
}
