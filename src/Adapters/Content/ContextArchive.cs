namespace EventDock.Adapters.Content;

using System.Collections.Concurrent;
using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A build context that comes as an archive (plain, gzip or zstd) becomes a staging directory. Names that begin with .wh. are names
/// like others here; devices are refused, owners are not taken over. The directory stays as long as this process lives.
/// </summary>
public static class ContextArchive
{
    private const string What = "build context";

    /// <summary>The absolute path of the directory.</summary>
    public static Func<Stream, CancellationToken, EitherAsync<DomainError, string>> Create(Paths paths, TarLimits? limits = null) =>
        Create(paths, () => limits ?? new TarLimits());

    /// <param name="limits">Asked when an archive comes.</param>
    public static Func<Stream, CancellationToken, EitherAsync<DomainError, string>> Create(
        Paths paths, Func<Either<DomainError, TarLimits>> limits)
    {
        var held = new ConcurrentBag<StagingDirectory>();
        return (source, cancel) => Guarded.RunAsync(
            async () =>
            {
                var stage = StagingDirectory.Create(paths, "context");
                try
                {
                    await UnpackAsync(source, stage.Handle, limits().OrRefused(), cancel).ConfigureAwait(false);
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

    private static Task UnpackAsync(Stream source, SafeFileHandle stage, TarLimits limits, CancellationToken cancel) =>
        Inflated.ReadAsync(
            source,
            What,
            (plain, called) =>
            {
                Fs.MakeDirectory(stage, "files"u8, 0x1ed);
                using var files = Fs.At(stage, "files"u8, Open.Read | Open.Directory | Open.NoFollow);
                using var unpacker = new Unpacker(files, stage, UnpackRules.Context, What);
                unpacker.Unpack(new TarReader(plain, What, limits), called);
            },
            cancel);
}
