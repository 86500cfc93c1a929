namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventDock.Adapters.Tar;
using Xunit.Sdk;

/// <summary>An installation that is given what is bad, and must be found as it was before.</summary>
public sealed class HostileInstallation : Installation
{
    /// <summary>Beyond what any of it may take. .NET's own compiler at run time needs 100 MB of it where the binary is not native.</summary>
    private const int MostKilobytes = 400 * 1024;

    /// <summary>Within seconds; more of them where the machine has much else to do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public HostileInstallation()
    {
        Import();
        Outside = Directory.CreateDirectory(System.IO.Path.Combine(Place, "outside")).FullName;
        File.WriteAllText(System.IO.Path.Combine(Outside, "secret"), Secret);
    }

    internal const string Secret = "what-nobody-may-read\n";

    /// <summary>A directory that nothing may be written to, and nothing read from.</summary>
    internal string Outside { get; }

    internal string Path(string name) => System.IO.Path.Combine(Work, name);

    internal string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path(name), bytes);
        return Path(name);
    }

    /// <summary>
    /// It ends with that code and one line that says why, in time and in bounded memory, and nothing has come of it.
    /// </summary>
    internal string Refuses(int code, byte[]? stdin, params string[] args)
    {
        var before = State();
        var said = Measured(stdin, args);
        var line = said.Refused(code);
        Assert.DoesNotContain(line, c => char.IsControl(c));
        Assert.Equal(before, State());
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(Outside).Select(p => System.IO.Path.GetFileName(p)));
        return line;
    }

    /// <summary>The store must be sound after all of it, whatever the variable says that others are asked by, and no name new.</summary>
    public override void Dispose()
    {
        RemoveContainers();
        Run("rm", "nothing-but-a-changing-command-that-clears");
        for (var n = 0; n < 1000 && Entries("staging").Length > 0; n++)
        {
            Thread.Sleep(20);
        }

        var left = Entries("staging");
        var names = Run("images", "-a", "--format", "{{.Repository}}:{{.Tag}}");
        var check = Run("check");
        base.Dispose();
        if (check.Code != 0 || left.Length > 0 || names.Lines is not (["busybox:latest"] or ["busybox:latest", "text:1"] or ["text:1", "busybox:latest"]))
        {
            throw new XunitException($"the store is not as it should be at the end: {string.Join(' ', left)} {names}\n{check}");
        }
    }

    /// <summary>
    /// What the store holds; an image that the ledger knows has its configuration there. A context from stdin stands in staging
    /// until the next changing command.
    /// </summary>
    private string State() => string.Join(
        '\n',
        new[] { "layers", "blobs/sha256", "l", "containers", "staging" }.Select(directory =>
            $"{directory}: {string.Join(' ', Entries(directory).Where(n => !n.StartsWith("context-", StringComparison.Ordinal)))}"));

    private Said Measured(byte[]? stdin, string[] args)
    {
        var start = new ProcessStartInfo(Eventdock.Binary, args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Work,
        };
        Eventdock.Apply(start, Environment);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var feed = Task.Run(() => Eventdock.Feed(process, stdin));
        var since = Stopwatch.StartNew();
        long most = 0;
        while (!process.WaitForExit(10))
        {
            most = Math.Max(most, Peak(process.Id));
            if (since.Elapsed > Patience)
            {
                process.Kill(entireProcessTree: true);
                throw new XunitException($"`eventdock {string.Join(' ', args)}` did not end within {Patience.TotalSeconds} s");
            }
        }

        process.WaitForExit();
        feed.Wait();
        Assert.True(most < MostKilobytes, $"`eventdock {string.Join(' ', args)}` took {most} kB");
        return new Said($"eventdock {string.Join(' ', args)}", output.Result, error.Result, process.ExitCode);
    }

    /// <summary>VmHWM, in kB; 0 where the process has just ended.</summary>
    private static long Peak(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/status").Where(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Select(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])).FirstOrDefault();
        }
        catch (IOException)
        {
            return 0;
        }
    }
}

/// <summary>Archives made entry by entry, so that they can be what no archiver writes.</summary>
internal sealed class Crafted
{
    private readonly MemoryStream bytes = new();
    private readonly TarWriter writer;

    public Crafted() => writer = new TarWriter(bytes);

    public Crafted File(string name, string text = "x") => File(name, Encoding.UTF8.GetBytes(text));

    public Crafted File(string name, byte[] content)
    {
        writer.Entry(Entry(name, TarKind.Regular) with { Size = content.Length });
        writer.Data(content);
        return this;
    }

    public Crafted Directory(string name) => Add(Entry(name, TarKind.Directory));

    public Crafted Symlink(string name, string target) => Add(Entry(name, TarKind.Symlink) with { Link = Encoding.UTF8.GetBytes(target) });

    public Crafted Link(string name, string target) => Add(Entry(name, TarKind.HardLink) with { Link = Encoding.UTF8.GetBytes(target) });

    public Crafted Fifo(string name) => Add(Entry(name, TarKind.Fifo));

    public Crafted Device(string name, uint major, uint minor) => Add(Entry(name, TarKind.CharDevice) with { Major = major, Minor = minor });

    /// <summary>Bytes as they are.</summary>
    public Crafted Raw(byte[] more)
    {
        bytes.Write(more);
        return this;
    }

    public byte[] Done()
    {
        writer.End();
        return bytes.ToArray();
    }

    /// <summary>A header and its content, of any type.</summary>
    public static byte[] Block(char type, string name, byte[] content)
    {
        var block = new byte[512 + ((content.Length + 511) / 512 * 512)];
        Encoding.ASCII.GetBytes(name).CopyTo(block, 0);
        Encoding.ASCII.GetBytes($"0000644\00000000\00000000\0{Convert.ToString(content.Length, 8).PadLeft(11, '0')}\000000000000\0").CopyTo(block, 100);
        Encoding.ASCII.GetBytes("        ").CopyTo(block, 148);
        block[156] = (byte)type;
        Encoding.ASCII.GetBytes("ustar\000").CopyTo(block, 257);
        Encoding.ASCII.GetBytes($"{Convert.ToString(block.AsSpan(0, 512).ToArray().Sum(b => b), 8).PadLeft(6, '0')}\0 ").CopyTo(block, 148);
        content.CopyTo(block, 512);
        return block;
    }

    /// <summary>A docker-archive of one image.</summary>
    public static byte[] Image(string tag, object? config, params byte[][] layers)
    {
        var names = layers.Select((_, n) => $"layer{n}.tar").ToArray();
        return Archive(
            JsonSerializer.Serialize(new[] { new { Config = "config.json", RepoTags = new[] { tag }, Layers = names } }),
            Config(config, layers), names.Zip(layers));
    }

    public static byte[] Archive(string manifest, string config, IEnumerable<(string Name, byte[] Content)> layers) =>
        layers.Aggregate(new Crafted().File("manifest.json", manifest).File("config.json", config), (all, l) => all.File(l.Name, l.Content)).Done();

    /// <summary>Without a "config" where that is null.</summary>
    public static string Config(object? config, params byte[][] layers)
    {
        var document = new Dictionary<string, object>
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["rootfs"] = new { type = "layers", diff_ids = layers.Select(l => Sha(Plain(l))).ToArray() },
        };
        if (config is not null)
        {
            document["config"] = config;
        }

        return JsonSerializer.Serialize(document);
    }

    public static string Sha(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    /// <summary>Of a whole gzip stream what is in it, of anything else itself.</summary>
    private static byte[] Plain(byte[] bytes)
    {
        if (bytes is not [0x1f, 0x8b, ..])
        {
            return bytes;
        }

        using var plain = new MemoryStream();
        try
        {
            using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(bytes), System.IO.Compression.CompressionMode.Decompress);
            gzip.CopyTo(plain);
        }
        catch (InvalidDataException)
        {
            // Cut off, as it is meant to be: it has no diffID.
        }

        return plain.ToArray();
    }

    private Crafted Add(TarEntry entry)
    {
        writer.Entry(entry);
        return this;
    }

    private static TarEntry Entry(string name, TarKind kind) => new(Encoding.UTF8.GetBytes(name), kind, [], 0x1ed, 0, 0, 0, default, 0, 0, [], null);
}
