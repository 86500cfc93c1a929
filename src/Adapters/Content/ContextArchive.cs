namespace EventDock.Adapters.Content;

using System.Collections.Concurrent;
using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A build context that comes as an archive (plain or gzip) becomes a staging directory. Names that begin with .wh. are names
/// like others here; devices are refused, owners are not taken over. The directory stays as long as this process lives.
/// </summary>
public static class ContextArchive
{
    private const string What = "build context";

    /// <summary>The absolute path of the directory.</summary>
    public static Func<Stream, CancellationToken, EitherAsync<DomainError, string>> Create(Paths paths, TarLimits? limits = null)
    {
        var held = new ConcurrentBag<StagingDirectory>();
        return (source, cancel) => Guarded.RunAsync(
            async () =>
            {
                var stage = StagingDirectory.Create(paths, "context");
                try
                {
                    await UnpackAsync(source, stage.Handle, limits ?? new TarLimits(), cancel).ConfigureAwait(false);
                    held.Add(stage);
                    return Path.Combine(stage.FullPath, "files");
                }
                catch
                {
                    stage.Dispose();
                    throw;
                }
            },
            cancel).ToAsync();
    }

    private static async Task UnpackAsync(Stream source, SafeFileHandle stage, TarLimits limits, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var plain = new ByteQueue(stop.Token);
        var inflate = Task.Run(
            () =>
            {
                try
                {
                    ArchiveForm.Read(source, What, stop.Token, bytes => plain.Write(bytes.Span));
                    return null;
                }
                catch (RefusedException e)
                {
                    return e.Error;
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    return null;
                }
                catch (IOException e)
                {
                    return new DomainError.BadContent(What, $"its source failed: {e.Message}");
                }
                finally
                {
                    plain.Complete();
                }
            },
            CancellationToken.None);
        var unpack = Task.Run(
            () =>
            {
                Fs.MakeDirectory(stage, "files"u8, 0x1ed);
                using var files = Fs.At(stage, "files"u8, Open.Read | Open.Directory | Open.NoFollow);
                using var unpacker = new Unpacker(files, stage, UnpackRules.Context, What);
                try
                {
                    unpacker.Unpack(new TarReader(plain, What, limits), stop.Token);
                }
                catch
                {
                    plain.Abandon();
                    stop.Cancel();
                    throw;
                }
            },
            CancellationToken.None);
        DomainError? cut = null;
        try
        {
            await unpack.ConfigureAwait(false);
        }
        finally
        {
            cut = await inflate.ConfigureAwait(false);
        }

        if (cut is not null)
        {
            throw new RefusedException(cut);
        }
    }
}
