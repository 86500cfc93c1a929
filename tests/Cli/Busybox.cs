namespace EventDock.Tests.Cli;

using System.Formats.Tar;
using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

/// <summary>Archives made in code: a root of /bin/busybox, and others, well-formed or not.</summary>
internal static class Busybox
{
    private const string Program = "/bin/busybox";

    private static readonly Lazy<byte[]> Root = new(Make);

    /// <summary>The archive of a root file system.</summary>
    public static byte[] Archive => Root.Value;

    /// <summary>The same, as `docker save` writes an image, with a history of two entries and `sh` as its command.</summary>
    public static byte[] DockerArchive(string reference, params byte[][] layers)
    {
        var diffs = layers.Select(l => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(l))}").ToArray();
        var config = JsonSerializer.Serialize(new
        {
            architecture = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture is System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64",
            os = "linux",
            created = "2016-11-24T15:06:40Z",
            config = new { Cmd = new[] { "sh" }, Env = new[] { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "FROM_IMAGE=yes" } },
            rootfs = new { type = "layers", diff_ids = diffs },
            history = diffs.Select((_, n) => (object)new { created = "2016-11-24T15:06:39Z", created_by = $"/bin/sh -c #(nop) ADD file:{n} in / " })
                .Append(new { created = "2016-11-24T15:06:40Z", created_by = "/bin/sh -c #(nop)  CMD [\"sh\"]", empty_layer = true }).ToArray(),
        });
        var names = layers.Select((_, n) => $"layer{n}.tar").ToArray();
        var manifest = JsonSerializer.Serialize(new[] { new { Config = "config.json", RepoTags = new[] { reference }, Layers = names } });
        return Tar(
        [
            ("manifest.json", Encoding.UTF8.GetBytes(manifest)), ("config.json", Encoding.UTF8.GetBytes(config)),
            .. names.Zip(layers),
        ]);
    }

    /// <summary>An archive of these files.</summary>
    public static byte[] Tar(params (string Name, byte[] Content)[] files)
    {
        using var memory = new MemoryStream();
        using (var tar = new TarWriter(memory, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(content),
                    Mode = (UnixFileMode)0b110_100_100,
                    ModificationTime = DateTimeOffset.UnixEpoch.AddYears(46),
                });
            }
        }

        return memory.ToArray();
    }

    public static byte[] Tar(params (string Name, string Content)[] files) =>
        Tar(files.Select(f => (f.Name, Encoding.UTF8.GetBytes(f.Content))).ToArray());

    public static byte[] Gzip(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return memory.ToArray();
    }

    private static byte[] Make()
    {
        var applets = Eventdock.Run(Program, ["--list"]).Good().Lines;
        using var memory = new MemoryStream();
        using (var tar = new TarWriter(memory, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (directory, mode) in new[] { ("bin", 0b111_101_101), ("etc", 0b111_101_101), ("root", 0b111_000_000), ("tmp", 0b1_111_111_111) })
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, directory) { Mode = (UnixFileMode)mode });
            }

            File("bin/busybox", System.IO.File.ReadAllBytes(Program), 0b111_101_101);
            foreach (var applet in applets.Where(a => a != "busybox"))
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });
            }

            File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"u8.ToArray(), 0b110_100_100);
            File("etc/group", "root:x:0:\nnobody:x:65534:\n"u8.ToArray(), 0b110_100_100);

            void File(string name, byte[] content, int mode) =>
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = (UnixFileMode)mode });
        }

        return memory.ToArray();
    }
}
