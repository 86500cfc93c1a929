namespace EventDock.Adapters.Content;

using System.IO;
using System.Security.Cryptography;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>
/// An archive of images on its way out: no time, owner or order in it but those of its parts. Layers are inflated from their
/// blobs as they are written, and each is compared with its diffID.
/// </summary>
internal sealed class ArchiveWriter(Paths paths, CancellationToken cancel)
{
    internal Unit Write(Stream target, Seq<ArchivePart> parts)
    {
        // Not disposed of: the target is the caller's.
        var buffered = new BufferedStream(target, 256 * 1024);
        var tar = new TarWriter(buffered);
        foreach (var part in parts)
        {
            cancel.ThrowIfCancellationRequested();
            switch (part)
            {
                case ArchivePart.Folder folder:
                    tar.Entry(Entry(folder.Name, TarKind.Directory, 0x1ed, 0));
                    break;
                case ArchivePart.Small small:
                    tar.Entry(Entry(small.Name, TarKind.Regular, 0x1a4, small.Content.Length));
                    tar.Data(small.Content);
                    break;
                case ArchivePart.Layer layer:
                    tar.Entry(Entry(layer.Name, TarKind.Regular, 0x1a4, layer.Size));
                    Copy(Record(layer.Id), layer.Size, tar);
                    break;
            }
        }

        tar.End();
        buffered.Flush();
        return unit;
    }

    /// <summary>As it was noted when the layer was made; of older layers, by inflating it once.</summary>
    internal long Size(string layer)
    {
        var record = Record(layer);
        if (record.Plain is { } noted)
        {
            return noted;
        }

        long size = 0;
        Inflate(record, bytes => size += bytes.Length);
        return size;
    }

    private void Copy(StoredLayer layer, long size, TarWriter tar)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long done = 0;
        Inflate(layer, bytes =>
        {
            done += bytes.Length;
            if (done > size)
            {
                throw Corrupt(layer, $"{size} bytes", "more");
            }

            hash.AppendData(bytes.Span);
            tar.Data(bytes.Span);
        });
        var actual = Digest.FromHash(hash.GetHashAndReset());
        if (done < size)
        {
            throw Corrupt(layer, $"{size} bytes", $"{done}");
        }

        if (actual.Hex != layer.DiffId.Hex)
        {
            throw Corrupt(layer, layer.DiffId.Value, actual.Value);
        }
    }

    private void Inflate(StoredLayer layer, Action<ReadOnlyMemory<byte>> sink)
    {
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        using var blob = new FileStream(
            Fs.At(blobs, Bytes.Of(layer.Blob.Digest.Hex), Open.Read | Open.NoFollow), FileAccess.Read, bufferSize: 1);
        ArchiveForm.Read(blob, $"layer {layer.DiffId}", cancel, sink);
    }

    private StoredLayer Record(string id) =>
        LayerRecord.Read(paths, id) ?? throw new RefusedException(new DomainError.LayerGone(id));

    private static RefusedException Corrupt(StoredLayer layer, string expected, string actual) =>
        new(new DomainError.Corrupt($"layer {layer.Id[..12]}", expected, actual));

    private static TarEntry Entry(string name, TarKind kind, uint mode, long size) =>
        new(Bytes.Of(name), kind, [], mode, 0, 0, size, default, 0, 0, [], null);
}
