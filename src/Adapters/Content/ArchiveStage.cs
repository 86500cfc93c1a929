namespace EventDock.Adapters.Content;

using System.IO;
using System.Security.Cryptography;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>
/// An archive of images on its way in. It may come through a pipe, and what tells its files' meaning may come last: so each goes
/// into a staging directory under a number, hashed while it is written. Nothing in the archive has a say in where.
/// </summary>
internal sealed class ArchiveStage(Paths paths, string what, TarLimits limits)
{
    /// <summary>What names may take in memory, all together.</summary>
    private const long MostNames = 16 * 1024 * 1024;

    private readonly ArchiveListing listing = new(what);
    private long bytes;
    private long names;
    private int files;

    internal async Task<StagedArchive> RunAsync(Stream source, CancellationToken cancel)
    {
        var stage = StagingDirectory.Create(paths, "load");
        try
        {
            await Inflated.ReadAsync(
                source, what, (plain, called) => Fill(new TarReader(plain, what, limits), stage, called), cancel)
                .ConfigureAwait(false);
            return new StagedArchive(
                listing,
                bytes,
                (file, most, called) => Guarded.Run(() => Read(file, most), called).ToAsync(),
                file => new FileStream(file.Place, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1),
                stage.Dispose);
        }
        catch
        {
            stage.Dispose();
            throw;
        }
    }

    private void Fill(TarReader reader, StagingDirectory stage, CancellationToken cancel)
    {
        while (reader.TryNext(out var entry))
        {
            cancel.ThrowIfCancellationRequested();
            names += entry.Name.Length + entry.Link.Length;
            if (names > MostNames)
            {
                throw Refused($"its names are longer than {MostNames} bytes together");
            }

            listing.Add(entry.Name, Named(entry, reader, stage, cancel)).IfLeft(error => throw new RefusedException(error));
        }
    }

    private ArchivedName Named(TarEntry entry, TarReader reader, StagingDirectory stage, CancellationToken cancel) =>
        entry.Kind switch
        {
            TarKind.Directory => new ArchivedName.Directory(),
            TarKind.Regular when entry.Sparse is null => new ArchivedName.File(Copy(entry, reader, stage, cancel)),
            TarKind.Regular => throw Refused($"{Bytes.Show(entry.Name)} is a sparse file"),
            TarKind.Symlink => Link(listing.Target(entry.Name, entry.Link)),
            TarKind.HardLink => Link(listing.Target([], entry.Link)),
            TarKind.Fifo => throw Refused($"{Bytes.Show(entry.Name)} is a FIFO"),
            _ => throw Refused($"{Bytes.Show(entry.Name)} is a device"),
        };

    private static ArchivedName Link(Either<DomainError, byte[]> target) =>
        new ArchivedName.Link(target.IfLeft(error => throw new RefusedException(error)));

    private StagedFile Copy(TarEntry entry, TarReader reader, StagingDirectory stage, CancellationToken cancel)
    {
        var name = $"{files++}";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = Fs.At(stage.Handle, Bytes.Of(name), Open.Write | Open.Create | Open.Exclusive, 0x180);
        reader.Data((_, piece) =>
        {
            cancel.ThrowIfCancellationRequested();
            hash.AppendData(piece);
            Fs.Write(file, piece);
        });
        bytes += entry.Size;
        FaultPoints.At(FaultPoint.ArchiveFileKept);
        return new StagedFile(Path.Combine(stage.FullPath, name), Digest.FromHash(hash.GetHashAndReset()), entry.Size);
    }

    private byte[] Read(StagedFile file, int most) =>
        file.Size > most
            ? throw Refused($"a file that is to be a manifest or configuration is longer than {most} bytes")
            : Fs.ReadAll(Fs.Cwd, Bytes.Of(file.Place)) ?? throw new PosixException(Errno.NoEntry, "open", file.Place);

    private RefusedException Refused(string reason) => new(new DomainError.BadContent(what, reason));
}
