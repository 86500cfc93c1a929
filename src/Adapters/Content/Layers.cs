namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>The committed layers under a root.</summary>
public static class Layers
{
    /// <param name="limits">What an archive may hold; null for the defaults.</param>
    public static LayerStore Create(Paths paths, TarLimits? limits = null) => Create(paths, () => limits ?? new TarLimits());

    /// <param name="limits">Asked when an archive comes: a wrong configuration hurts nobody who reads none.</param>
    public static LayerStore Create(Paths paths, Func<Either<DomainError, TarLimits>> limits)
    {
        var sync = new SharedSync();
        return new(
            Has: id => LayerIds.IsId(id) && Fs.TryStat(Fs.Cwd, Bytes.Of(paths.Layer(id) + "/layer.json"), out _),
            Import: (import, cancel) => Guarded.RunAsync(
                () => new LayerImporter(paths, limits().OrRefused(), import, sync).RunAsync(cancel), cancel).ToAsync(),
            Commit: (commit, cancel) => Guarded.RunAsync(
                () => new LayerCommitter(paths, commit, sync).RunAsync(cancel), cancel).ToAsync(),
            Describe: (id, cancel) => Guarded.Run(() => Describe(paths, id), cancel).ToAsync(),
            Discard: (id, cancel) => Guarded.RunAsync(
                () => LayerPublisher.DiscardAsync(paths, Checked(id), () => false, removed: true, cancel), cancel).ToAsync())
        {
            CommitThin = (container, parent, cancel) => Guarded.RunAsync(
                () => new LayerCommitter(paths, new LayerCommit(parent, paths.Upper(Checked(container))) { Stays = true }, sync).RunAsync(cancel),
                cancel).ToAsync(),
            Kept = cancel => Guarded.Run(() => KeptImages.Layers(paths), cancel).ToAsync(),
            Bring = (id, cancel) => Guarded.RunAsync(() => KeptImages.BringAsync(paths, Checked(id), cancel), cancel).ToAsync(),
        };
    }

    private static StoredLayer Describe(Paths paths, string id) =>
        LayerRecord.Read(paths, Checked(id)) ?? throw new RefusedException(new DomainError.LayerGone(id));

    private static string Checked(string id) =>
        LayerIds.IsId(id) ? id : throw new RefusedException(new DomainError.Invalid("layer id", id, "must be 64 lower-case hex digits"));
}
