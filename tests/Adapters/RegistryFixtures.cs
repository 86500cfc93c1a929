namespace EventDock.Tests.Adapters;

using System.Formats.Tar;
using System.IO;
using System.IO.Compression;
using System.Text;
using EventDock.Adapters.Registry;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>A small true image, and the short waits of tests.</summary>
internal sealed class TestImage
{
    public TestImage(string marker = "")
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox")
            {
                Mode = (UnixFileMode)0b111_101_101,
                DataStream = new MemoryStream(File.Exists("/bin/busybox") ? File.ReadAllBytes("/bin/busybox") : Encoding.UTF8.GetBytes("no busybox here")),
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "marker" + marker) { ModificationTime = DateTimeOffset.UnixEpoch });
        }

        var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(tar.ToArray());
        }

        Layer = zipped.ToArray();
        Config = new ImageConfig(
            new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero), null, RegistryAdapter.HostPlatform with { Variant = null },
            RunConfig.Empty with { Cmd = Seq("/bin/busybox", "sh"), Labels = Seq1(new Label("a", "b")) }, Seq1(Digest.Of(tar.ToArray())),
            Seq(new HistoryEntry(null, "COPY busybox", null, null, false), new HistoryEntry(null, "CMD sh", null, null, true)));
        ConfigBytes = ImageConfigJson.Write(Config);
        Manifest = new(
            MediaType.DockerManifest, new(MediaType.DockerConfig, Digest.Of(ConfigBytes), ConfigBytes.Length),
            Seq1(new Descriptor(MediaType.DockerLayerGzip, Digest.Of(Layer), Layer.Length)));
        ManifestBytes = ManifestJson.Write(Manifest);
    }

    public byte[] Layer { get; }

    public ImageConfig Config { get; }

    public byte[] ConfigBytes { get; }

    public Manifest Manifest { get; }

    public byte[] ManifestBytes { get; }

    public Digest Digest => Digest.Of(ManifestBytes);

    /// <summary>An index with one entry for each architecture; the one of this machine is this image.</summary>
    public string Index(params string[] entries) =>
        $$"""{"schemaVersion":2,"mediaType":"{{MediaType.OciIndex}}","manifests":[{{string.Join(',', entries)}}]}""";

    public string Entry(string os, string architecture, string? variant = null, string type = MediaType.DockerManifest) =>
        $$$"""{"mediaType":"{{{type}}}","digest":"{{{Digest.Value}}}","size":{{{ManifestBytes.Length}}},"platform":{"os":"{{{os}}}","architecture":"{{{architecture}}}"{{{(variant is null ? "" : $",\"variant\":\"{variant}\"")}}}}}""";

    /// <summary>The honest answer to a request for any part of the image; null where it is about something else.</summary>
    public byte[]? Answer(string path) =>
        path.EndsWith($"/blobs/{Manifest.Config.Digest.Value}", StringComparison.Ordinal) ? RegistryServer.Answer(200, ConfigBytes)
        : path.EndsWith($"/blobs/{Manifest.Layers[0].Digest.Value}", StringComparison.Ordinal) ? RegistryServer.Answer(200, Layer)
        : path.Contains("/manifests/", StringComparison.Ordinal)
            && (!path.Contains("sha256:", StringComparison.Ordinal) || path.EndsWith(Digest.Value, StringComparison.Ordinal))
            ? RegistryServer.Answer(200, ManifestBytes, $"Content-Type: {MediaType.DockerManifest}", $"Docker-Content-Digest: {Digest.Value}")
        : null;
}

internal static class RegistryFixtures
{
    /// <summary>Quick in trying again; whoever answers is not given up, however busy the machine is.</summary>
    public static readonly RegistryTiming Quick = new(
        Connect: TimeSpan.FromSeconds(30), Stall: TimeSpan.FromSeconds(30), Small: TimeSpan.FromSeconds(60),
        Backoff: TimeSpan.FromMilliseconds(5), LongestWait: TimeSpan.FromSeconds(1));

    /// <summary>For those who do not answer.</summary>
    public static readonly RegistryTiming Hasty = Quick with
    {
        Connect = TimeSpan.FromSeconds(2), Stall = TimeSpan.FromSeconds(1), Small = TimeSpan.FromSeconds(3),
    };

    /// <summary>More than anything here may take: what does not come to an end by itself has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static readonly Platform Here = RegistryAdapter.HostPlatform;

    public static ImageReference Ref(string text) => Value(ImageReference.Parse(text));

    public static T Value<T>(Either<DomainError, T> either) => either.Match(Right: v => v, Left: e => throw new Xunit.Sdk.XunitException(e.ToString()));

    public static DomainError Error<T>(Either<DomainError, T> either) =>
        either.Match(Right: v => throw new Xunit.Sdk.XunitException($"succeeded: {v}"), Left: e => e);
}
