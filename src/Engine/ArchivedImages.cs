namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using static EventDock.Engine.Pipeline;

/// <param name="File">Its archive, in whichever form.</param>
/// <param name="Blob">What a manifest says of it; null in a docker-archive.</param>
public sealed record FoundLayer(StagedFile File, Descriptor? Blob);

/// <summary>An image in an archive, its configuration and what that refers to found and checked.</summary>
/// <param name="Id">Hex digest of the configuration.</param>
/// <param name="Manifest">The digest by which index.json names it; null in a docker-archive.</param>
public sealed record FoundImage(
    string Id, StagedFile ConfigFile, string ConfigType, ImageConfig Config, Seq<FoundLayer> Layers, Seq<ImageReference> Names,
    Digest? Manifest);

/// <summary>What images an archive of either kind holds. Nothing is made of any before all have been found whole.</summary>
public static class ArchivedImages
{
    /// <summary>overlayfs takes 127 layers in one mount as we name them.</summary>
    private const int MostLayers = 127;

    private const int MostImages = 1000;
    private const long MostConfigBytes = 64 * 1024 * 1024;
    private const int MostNested = 8;

    /// <param name="what">How errors name the archive.</param>
    /// <param name="platform">Whose image is taken where there are several.</param>
    public static EitherAsync<DomainError, Seq<FoundImage>> In(
        StagedArchive archive, string what, Platform platform, CancellationToken cancel)
    {
        var reading = new Reading(archive, what, platform, cancel);
        return
            from images in reading.IsDocker ? reading.Docker() : reading.Oci()
            from merged in Distinct(what, images).ToAsync()
            select merged;
    }

    public static string KindOf(StagedArchive archive) =>
        archive.Files.Has(DockerArchive.ManifestFile) ? DockerArchive.Kind : OciLayout.Kind;

    /// <summary>An image that is there under two names is one; a name that two images have is nobody's.</summary>
    private static Either<DomainError, Seq<FoundImage>> Distinct(string what, Seq<FoundImage> images)
    {
        var byId = images.GroupBy(i => i.Id)
            .Select(same => same.First() with
            {
                Names = same.SelectMany(i => i.Names).DistinctBy(n => n.Canonical).ToSeq().Strict(),
            })
            .ToSeq().Strict();
        var names = byId.SelectMany(i => i.Names.Map(n => n.Familiar));
        return byId.IsEmpty ? new DomainError.BadContent(what, "it holds no image")
            : names.GroupBy(n => n).FirstOrDefault(n => n.Count() > 1) is { } twice
                ? new DomainError.BadContent(what, $"two images in it are named {twice.Key}")
                : byId;
    }

    private sealed class Reading(StagedArchive archive, string what, Platform platform, CancellationToken cancel)
    {
        private long configBytes;

        public bool IsDocker => archive.Files.Has(DockerArchive.ManifestFile);

        public EitherAsync<DomainError, Seq<FoundImage>> Docker() =>
            from bytes in Read(DockerArchive.ManifestFile, ManifestJson.MaxBytes)
            from listed in DockerArchive.Parse(bytes).ToAsync()
            from few in Few(listed.Count).ToAsync()
            from images in listed.InTurn(Docker)
            select images;

        private EitherAsync<DomainError, FoundImage> Docker(ArchivedImage image) =>
            from file in archive.Files.Find(image.Config).ToAsync()
            from named in Promised(image.Config, file).ToAsync()
            from config in Config(file, image.Config)
            from layers in image.Layers.Map(path => archive.Files.Find(path)).Strict().All(found => found).ToAsync()
            from whole in Whole(config, layers.Count, image.Config).ToAsync()
            select new FoundImage(
                file.Digest.Hex, file, MediaType.DockerConfig, config,
                layers.Map(l => new FoundLayer(l, null)).Strict(), image.Names, null);

        public EitherAsync<DomainError, Seq<FoundImage>> Oci() =>
            from layout in archive.Files.Has(OciLayout.LayoutFile) || archive.Files.Has(OciLayout.IndexFile)
                ? Read(OciLayout.LayoutFile, ManifestJson.MaxBytes)
                : Fail<byte[]>(new DomainError.BadContent(
                    what, $"it has neither {DockerArchive.ManifestFile} nor {OciLayout.LayoutFile}: it is no archive of images"))
            from known in OciLayout.Check(layout).ToAsync()
            from bytes in Read(OciLayout.IndexFile, ManifestJson.MaxBytes)
            from index in ManifestJson.Parse(bytes, null).ToAsync()
            from entries in (index is ManifestOrIndex.Index i
                ? Right<DomainError, Seq<IndexEntry>>(i.Entries)
                : new DomainError.BadContent(OciLayout.IndexFile, "is no index")).ToAsync()
            from chosen in entries.GroupBy(e => e.Name).Select(g => g.ToSeq().Strict()).ToSeq().Strict().All(Choose).ToAsync()
            let wanted = chosen.Bind(c => c).Strict()
            from few in Few(wanted.Count).ToAsync()
            from images in wanted.InTurn(entry => Oci(entry, entry.Descriptor, 0))
            select images;

        /// <summary>
        /// Entries of one name are one image for several platforms, if they say for which. So are entries without a name; those
        /// that name no platform are an image each.
        /// </summary>
        private Either<DomainError, Seq<IndexEntry>> Choose(Seq<IndexEntry> entries) =>
            entries.Count == 1 || (entries[0].Name is null && entries.ForAll(e => e.Platform is null))
                ? entries
                : One(entries).Map(entry => Seq1(entry));

        private Either<DomainError, IndexEntry> One(Seq<IndexEntry> entries) =>
            PlatformChoice.Of(entries, platform).ToEither<DomainError>(new DomainError.NoPlatform(what, platform.ToString()));

        private EitherAsync<DomainError, FoundImage> Oci(IndexEntry entry, Descriptor at, int depth) =>
            from shallow in (depth <= MostNested
                ? Right<DomainError, Unit>(unit)
                : new DomainError.BadContent(what, $"its indexes are nested deeper than {MostNested}")).ToAsync()
            from file in Blob(at).ToAsync()
            from bytes in archive.Read(file, ManifestJson.MaxBytes, cancel)
            from parsed in ManifestJson.Parse(bytes, at.MediaType).ToAsync()
            from image in parsed switch
            {
                ManifestOrIndex.Index index => One(index.Entries).ToAsync().Bind(next => Oci(entry, next.Descriptor, depth + 1)),
                ManifestOrIndex.Single single => Oci(entry, at.Digest, single.Manifest),
                _ => throw new System.Diagnostics.UnreachableException(parsed.GetType().Name),
            }
            select image;

        private EitherAsync<DomainError, FoundImage> Oci(IndexEntry entry, Digest digest, Manifest manifest) =>
            from names in (entry.Name is null
                ? Right<DomainError, Seq<ImageReference>>(Seq<ImageReference>())
                : Tag.Target(entry.Name).Map(n => Seq1(n))).ToAsync()
            from file in Blob(manifest.Config).ToAsync()
            from config in Config(file, manifest.Config.Digest.Value)
            from layers in manifest.Layers.All(layer => Blob(layer).Map(found => new FoundLayer(found, layer))).ToAsync()
            from whole in Whole(config, layers.Count, digest.Value).ToAsync()
            select new FoundImage(file.Digest.Hex, file, manifest.Config.MediaType, config, layers, names, digest);

        private EitherAsync<DomainError, byte[]> Read(string path, int most) =>
            archive.Files.Find(path).ToAsync().Bind(file => archive.Read(file, most, cancel));

        private Either<DomainError, StagedFile> Blob(Descriptor wanted) =>
            archive.Files.Find(OciLayout.BlobFile(wanted.Digest)).Bind(file =>
                file.Size != wanted.Size ? new DomainError.Corrupt($"{wanted.Digest} size", $"{wanted.Size}", $"{file.Size}")
                : file.Digest.Hex != wanted.Digest.Hex ? new DomainError.Corrupt(what, wanted.Digest.Value, file.Digest.Value)
                : Right<DomainError, StagedFile>(file));

        private EitherAsync<DomainError, ImageConfig> Config(StagedFile file, string name) =>
            from few in ((configBytes += file.Size) <= MostConfigBytes
                ? Right<DomainError, Unit>(unit)
                : new DomainError.BadContent(
                    what, $"its configurations are longer than {MostConfigBytes} bytes together")).ToAsync()
            from bytes in archive.Read(file, ImageConfigJson.MaxBytes, cancel)
            from config in ImageConfigJson.Parse(bytes).ToAsync()
            from ours in (config.Platform.Os == platform.Os
                ? Right<DomainError, Unit>(unit)
                : new DomainError.NoPlatform(name, platform.Os)).ToAsync()
            select config;

        private Either<DomainError, Unit> Few(int images) =>
            images <= MostImages ? unit : new DomainError.BadContent(what, $"it holds more than {MostImages} images");

        /// <summary>A file that is named by a digest must have it.</summary>
        private Either<DomainError, Unit> Promised(string path, StagedFile file)
        {
            var name = path[(path.LastIndexOf('/') + 1)..];
            var stem = name.EndsWith(".json", StringComparison.Ordinal) ? name[..^".json".Length] : name;
            return stem.Length == 64 && Digest.IsHex(stem) && stem != file.Digest.Hex
                ? new DomainError.Corrupt(path, Digest.Prefix + stem, file.Digest.Value)
                : unit;
        }

        private static Either<DomainError, Unit> Whole(ImageConfig config, int layers, string name) =>
            layers != config.DiffIds.Count
                ? new DomainError.BadContent(name, $"the manifest has {layers} layers and the config {config.DiffIds.Count}")
                : layers > MostLayers ? new DomainError.BadContent(name, $"has more than {MostLayers} layers")
                : unit;
    }
}
