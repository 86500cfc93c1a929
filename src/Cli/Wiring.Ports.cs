namespace EventDock.Cli;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Adapters.Context;
using EventDock.Adapters.Host;
using EventDock.Adapters.Registry;
using EventDock.Adapters.Runc;
using EventDock.Adapters.Signing;
using EventDock.Adapters.Tar;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>What stands behind the ports of operations.</summary>
public sealed partial class Wiring
{
    private Either<DomainError, ContentLimits> Limits =>
        EngineConfigFile.Read(places.Config, places.ConfigNamed).Map(config => config.Limits);

    /// <summary>For what has come in already.</summary>
    private TarLimits KnownLimits => TarLimits.Layer(Limits.IfLeft(ContentLimits.Default));

    private Ports Ports(OpenLedger ledger)
    {
        // A registry is asked by few commands, and its configuration may be wrong without hurting the others.
        var registry = new Lazy<Either<DomainError, Domain.Images.Registry>>(() =>
            EngineConfigFile.Read(places.Config, places.ConfigNamed).Map(config => RegistryAdapter.Create(config, credentials: Credentials)));
        return Faults.Around(new Ports(
            ledger,
            Layers.Create(paths, () => Limits.Map(TarLimits.Layer)),
            Blobs.Create(paths),
            ThinLayers.Create(paths),
            Workspaces.Create(
                paths,
                (mount, _) => mounts.Mount(mount).ToAsync(),
                (merged, _) => mounts.Unmount(merged).ToAsync()),
            new BuildContext(ContextDirectory.Match, ContextDirectory.Hash, ContextArchive.Create(paths, () => Limits.Map(TarLimits.Layer))),
            new Locks(StoreLocks.Create(paths), ContainerLocks.Create(Path.Combine(paths.Locks, "containers"))),
            new Domain.Images.Registry(
                (reference, platform, cancel) => registry.Value.ToAsync().Bind(r => r.Resolve(reference, platform, cancel)),
                (image, layer, cancel) => registry.Value.ToAsync().Bind(r => r.OpenLayer(image, layer, cancel)))
            {
                // Asked when an image has been found, so that a wrong configuration has been told by then.
                Downloads = () => registry.Value.Match(Right: r => r.Downloads(), Left: _ => EngineConfig.DefaultDownloads),
                Tags = (reference, cancel) => registry.Value.ToAsync().Bind(r => r.Tags(reference, cancel)),
                Signatures = (image, payloads, cancel) => registry.Value.ToAsync().Bind(r => r.Signatures(image, payloads, cancel)),
                Push = new RegistryPush(
                    (reference, cancel) => registry.Value.ToAsync().Bind(r => r.Push.Open(reference, cancel)),
                    (target, blob, cancel) => registry.Value.ToAsync().Bind(r => r.Push.Blob(target, blob, cancel)),
                    (target, tag, type, bytes, cancel) => registry.Value.ToAsync().Bind(r => r.Push.Manifest(target, tag, type, bytes, cancel)))
                {
                    Uploads = () => registry.Value.Match(Right: r => r.Push.Uploads(), Left: _ => EngineConfig.DefaultUploads),
                },
            },
            Runtime().Runtime,
            SecretStoreAdapter.Create(places.Root),
            World)
        {
            Archives = Archives.Create(paths, () => Limits.Map(TarLimits.Archive)),
            Signatures = new ImageSignatures(
                () => EngineConfigFile.Read(places.Config, places.ConfigNamed).Map(config => config.Signatures),
                (image, payloads, cancel) => registry.Value.ToAsync().Bind(r => r.Signatures(image, payloads, cancel)),
                PublicKeyFile.Read),
            Contents = ThinContents.Create(
                paths, () => EngineConfigFile.Read(places.Config, places.ConfigNamed).Map(config => config.RecordQuota)),
            Files = FileCopies.Create(),
            Claims = claims.Store,
            Reader = LayerReading.Create(paths),
        });
    }
}
