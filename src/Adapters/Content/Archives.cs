namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;

/// <summary>Archives of images, in and out of one root.</summary>
public static class Archives
{
    /// <param name="limits">What an archive may hold; null for the defaults.</param>
    public static ImageArchives Create(Paths paths, TarLimits? limits = null) =>
        Create(paths, () => limits ?? TarLimits.Archive(ContentLimits.Default));

    /// <param name="limits">Asked when an archive comes.</param>
    public static ImageArchives Create(Paths paths, Func<Either<DomainError, TarLimits>> limits) =>
        new(Stage: (source, what, cancel) => Guarded.RunAsync(
                () => new ArchiveStage(paths, what, limits().OrRefused()).RunAsync(source, cancel),
                cancel).ToAsync(),
            Write: (target, parts, cancel) => Guarded.Run(
                () => new ArchiveWriter(paths, cancel).Write(target, parts), cancel).ToAsync(),
            Size: (layer, cancel) => Guarded.Run(() => new ArchiveWriter(paths, cancel).Size(layer), cancel).ToAsync(),
            Tree: (directory, what, target, cancel) => Guarded.Run(
                () => Tree(directory, what, target, cancel), cancel).ToAsync());

    private static Unit Tree(string directory, string what, System.IO.Stream target, CancellationToken cancel)
    {
        using var root = Fs.OpenDirectory(directory);
        if (Fs.Names(root).Count == 0)
        {
            // A container's root has its mount points at least: it has been unmounted since it was looked for.
            throw new RefusedException(new DomainError.BadContent(what, "it ended at this very moment, try again"));
        }

        var buffered = new System.IO.BufferedStream(target, 256 * 1024);
        new UpperArchive(buffered, what, cancel) { Merged = true }.Write(root, withRoot: false);
        buffered.Flush();
        return unit;
    }
}
