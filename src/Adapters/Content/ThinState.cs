namespace EventDock.Adapters.Content;

using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A scan as a file beside the upper directory, for the next to be compared with: a mark, the entries in order, and a SHA-256
/// over both. A file that is cut off or damaged counts as none: everything is then reported once more.
/// </summary>
internal static class ThinState
{
    private const int Fixed = 76;

    private static ReadOnlySpan<byte> Mark => "EDTHIN1\n"u8;

    internal static void Write(SafeFileHandle container, ReadOnlySpan<byte> name, List<ThinEntry> entries)
    {
        var buffer = new ArrayBufferWriter<byte>(entries.Count * 128 + 64);
        buffer.Write(Mark);
        foreach (var entry in entries)
        {
            var span = buffer.GetSpan(Fixed + entry.Path.Length);
            Put(span, entry);
            entry.Path.CopyTo(span[Fixed..]);
            buffer.Advance(Fixed + entry.Path.Length);
        }

        using var file = Fs.At(container, name, Open.Write | Open.Create | Open.Truncate | Open.NoFollow, 0x180);
        Fs.Write(file, buffer.WrittenSpan);
        Fs.Write(file, Hash(buffer.WrittenSpan));
    }

    internal static List<ThinEntry> Read(SafeFileHandle container, ReadOnlySpan<byte> name)
    {
        var entries = new List<ThinEntry>();
        if (Fs.ReadAll(container, name) is not { } file || file.Length < Mark.Length + 32
            || !Hash(file.AsSpan(..^32)).AsSpan().SequenceEqual(file.AsSpan()[^32..])
            || !file.AsSpan().StartsWith(Mark))
        {
            return entries;
        }

        for (ReadOnlySpan<byte> rest = file.AsSpan(Mark.Length..^32); !rest.IsEmpty;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            entries.Add(Take(rest, rest.Slice(Fixed, length).ToArray()));
            rest = rest[(Fixed + length)..];
        }

        return entries;
    }

    private static byte[] Hash(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= ShortSha256.Most ? ShortSha256.Hash(bytes) : SHA256.HashData(bytes);

    private static void Put(Span<byte> to, in ThinEntry entry)
    {
        var stat = entry.Stat;
        BinaryPrimitives.WriteInt32LittleEndian(to, entry.Path.Length);
        to[4] = (byte)stat.Kind;
        to[5] = entry.Hidden ? (byte)1 : (byte)0;
        to[6] = entry.InLower ? (byte)1 : (byte)0;
        to[7] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], stat.Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], stat.Uid);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], stat.Gid);
        BinaryPrimitives.WriteInt64LittleEndian(to[20..], stat.Size);
        BinaryPrimitives.WriteInt64LittleEndian(to[28..], stat.Modified.Seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(to[36..], stat.Modified.Nanoseconds);
        BinaryPrimitives.WriteInt64LittleEndian(to[40..], stat.Changed.Seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(to[48..], stat.Changed.Nanoseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(to[52..], stat.Major);
        BinaryPrimitives.WriteUInt32LittleEndian(to[56..], stat.Minor);
        BinaryPrimitives.WriteUInt64LittleEndian(to[60..], stat.Inode);
        BinaryPrimitives.WriteInt64LittleEndian(to[68..], stat.Blocks);
    }

    private static ThinEntry Take(ReadOnlySpan<byte> from, byte[] path) =>
        new(path,
            new FileStat(
                (FileKind)from[4], BinaryPrimitives.ReadUInt32LittleEndian(from[8..]), BinaryPrimitives.ReadUInt32LittleEndian(from[12..]),
                BinaryPrimitives.ReadUInt32LittleEndian(from[16..]), BinaryPrimitives.ReadInt64LittleEndian(from[20..]),
                BinaryPrimitives.ReadInt64LittleEndian(from[68..]), 1, BinaryPrimitives.ReadUInt64LittleEndian(from[60..]), 0,
                new FileTime(BinaryPrimitives.ReadInt64LittleEndian(from[28..]), BinaryPrimitives.ReadUInt32LittleEndian(from[36..])),
                new FileTime(BinaryPrimitives.ReadInt64LittleEndian(from[40..]), BinaryPrimitives.ReadUInt32LittleEndian(from[48..])),
                BinaryPrimitives.ReadUInt32LittleEndian(from[52..]), BinaryPrimitives.ReadUInt32LittleEndian(from[56..])),
            from[5] != 0, from[6] != 0);
}
