namespace EventDock.Adapters.Content;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Domain.Store;

/// <summary>
/// A layer against its blob: the blob is read as on the day it came, digest, size and diffID checked, unpacked beside the layer,
/// and the two compared. What is unpacked goes again.
/// </summary>
internal static class LayerProof
{
    /// <summary>So many names of one layer are told.</summary>
    private const int Most = 20;

    internal static async Task<Seq<StoreFinding>> RunAsync(Paths paths, TarLimits limits, StoredLayer layer, CancellationToken cancel)
    {
        var blob = layer.Blob.Digest.Hex;
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        if (!Fs.TryOpenRegular(blobs, Bytes.Of(blob), out var file, out _))
        {
            // That it is missing is told by whoever has looked at names.
            return Seq<StoreFinding>();
        }

        using var stage = StagingDirectory.Create(paths, "check");
        await using var source = new FileStream(file, FileAccess.Read, bufferSize: 0);
        var import = new LayerImport(
            layer.Parent, new Descriptor(layer.Blob.MediaType, layer.Blob.Digest, layer.Blob.Size.Value), layer.DiffId,
            _ => RightAsync<DomainError, Stream>(source), _ => { });
        try
        {
            await new LayerImporter(paths, limits, import, new SharedSync()).FillAsync(source, stage, cancel).ConfigureAwait(false);
        }
        catch (RefusedException e) when (e.Error is DomainError.Corrupt corrupt)
        {
            return Seq1(corrupt.What.EndsWith("diffID", StringComparison.Ordinal)
                ? new StoreFinding(FindingKind.Blob, Fault.WrongDiffId, blob, $"it unpacks to {corrupt.Actual}, {corrupt.Expected} expected")
                : new StoreFinding(FindingKind.Blob, Fault.WrongDigest, blob, $"its bytes are {corrupt.Actual}"));
        }
        catch (RefusedException e) when (e.Error is DomainError.BadContent bad)
        {
            return Seq1(new StoreFinding(FindingKind.Blob, Fault.WrongDigest, blob, bad.Reason));
        }

        return Compared(paths, layer, stage, cancel);
    }

    private static Seq<StoreFinding> Compared(Paths paths, StoredLayer layer, StagingDirectory stage, CancellationToken cancel)
    {
        using var wanted = Fs.At(stage.Handle, "layer/diff"u8, Open.Read | Open.Directory | Open.NoFollow);
        if (!Fs.TryAt(Fs.Cwd, Bytes.Of(paths.Diff(layer.Id)), Open.Read | Open.Directory | Open.NoFollow, 0, out var found, out _))
        {
            found.Dispose();
            return Seq<StoreFinding>();
        }

        using (found)
        {
            return new TreeComparison(Most, cancel).Run(wanted, found)
                .Select(d => new StoreFinding(FindingKind.Layer, Fault.FileDiffers, layer.Id, $"/{Bytes.Show(d.Path)} {d.What}")).ToSeq();
        }
    }
}
