namespace EventDock.Adapters.Content;

using System.Buffers.Binary;
using System.Security.Cryptography;
using EventDock.Adapters.Posix;
using EventDock.Domain.Oci;
using EventDock.Domain.Store;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// What a layer's tree is, without the content of its files: of every name its path, type, mode, owner and device, of all but
/// directories also size and time of modification, and where a symlink leads. Whoever changes a layer by hand changes one of these.
/// </summary>
internal sealed class TreeSums : IDisposable
{
    private const int Deepest = 1024;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] numbers = new byte[64];
    private readonly CancellationToken cancel;
    private long entries;

    private TreeSums(CancellationToken cancel) => this.cancel = cancel;

    internal static TreeSum Of(SafeFileHandle diff, CancellationToken cancel)
    {
        using var sums = new TreeSums(cancel);
        sums.Walk(diff, [], 0);
        return new TreeSum(sums.entries, Digest.FromHash(sums.hash.GetHashAndReset()));
    }

    public void Dispose() => hash.Dispose();

    private void Walk(SafeFileHandle directory, byte[] path, int depth)
    {
        foreach (var name in Fs.SortedNames(directory))
        {
            cancel.ThrowIfCancellationRequested();
            if (!Fs.TryStat(directory, name, out var stat) || stat.Kind == FileKind.Socket)
            {
                continue;
            }

            var full = Bytes.Join(path, name);
            Add(directory, name, full, stat);
            if (stat.Kind != FileKind.Directory)
            {
                continue;
            }

            const Resolve inside = Resolve.Beneath | Resolve.NoSymlinks | Resolve.NoMounts | Resolve.NoMagicLinks;
            if (depth < Deepest && Fs.TryIn(directory, name, Open.Read | Open.Directory | Open.NoFollow, inside, out var below, out _))
            {
                using (below)
                {
                    Walk(below, full, depth + 1);
                }
            }
        }
    }

    private void Add(SafeFileHandle directory, byte[] name, byte[] path, FileStat stat)
    {
        entries++;
        var whole = stat.Kind != FileKind.Directory && !stat.IsWhiteout;
        BinaryPrimitives.WriteInt32LittleEndian(numbers, path.Length);
        BinaryPrimitives.WriteInt32LittleEndian(numbers.AsSpan(4), (int)stat.Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers.AsSpan(8), stat.IsWhiteout ? 0 : stat.Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers.AsSpan(12), stat.Uid);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers.AsSpan(16), stat.Gid);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers.AsSpan(20), stat.Major);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers.AsSpan(24), stat.Minor);
        BinaryPrimitives.WriteInt64LittleEndian(numbers.AsSpan(28), whole ? stat.Size : 0);
        BinaryPrimitives.WriteInt64LittleEndian(numbers.AsSpan(36), whole ? stat.Modified.Seconds : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers.AsSpan(44), whole ? stat.Modified.Nanoseconds : 0);
        hash.AppendData(numbers, 0, 48);
        hash.AppendData(path);
        if (stat.Kind == FileKind.Symlink)
        {
            hash.AppendData(Fs.ReadLink(directory, name));
        }
    }
}
