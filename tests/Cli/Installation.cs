namespace EventDock.Tests.Cli;

using System.IO;
using System.Security.Cryptography;
using System.Text;

/// <summary>An installation of its own under /tmp: a root, a configuration, a working directory; all gone at the end.</summary>
public class Installation : IDisposable
{
    public Installation()
    {
        Place = Directory.CreateDirectory($"/tmp/edt-{Guid.NewGuid().ToString("N")[..8]}").FullName;
        Config = Path.Combine(Place, "config.json");
        File.WriteAllText(Config, "{}\n");
        Work = Directory.CreateDirectory(Path.Combine(Place, "work")).FullName;
    }

    /// <summary>The directory that holds everything.</summary>
    public string Place { get; }

    public virtual string Root => Path.Combine(Place, "root");

    public string Config { get; }

    /// <summary>The test damages the store: there is nothing to be said for it at the end. All others are checked then.</summary>
    public bool Damaged { get; init; }

    /// <summary>Where commands are run.</summary>
    public string Work { get; }

    /// <summary>Where sockets and attach points of this root lie.</summary>
    public string RunDirectory =>
        $"/run/eventdock/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Root)))[..8]}";

    internal Dictionary<string, string?> Environment => new() { ["EVENTDOCK_ROOT"] = Root, ["EVENTDOCK_CONFIG"] = Config };

    internal virtual Said Run(params string[] args) => Eventdock.Run(Eventdock.Binary, args, null, Environment, Work);

    /// <summary>The mounts as this installation's commands see them.</summary>
    internal virtual string MountTable => "/proc/mounts";

    internal Said Run(byte[] stdin, params string[] args) => Eventdock.Run(Eventdock.Binary, args, stdin, Environment, Work);

    internal Said Run(string stdin, IEnumerable<string> args) => Run(Encoding.UTF8.GetBytes(stdin), args.ToArray());

    /// <summary>With further variables; null takes one away.</summary>
    internal Said RunWith((string Name, string? Value)[] variables, params string[] args)
    {
        var env = Environment;
        foreach (var (name, value) in variables)
        {
            env[name] = value;
        }

        return Eventdock.Run(Eventdock.Binary, args, null, env, Work);
    }

    /// <summary>What it prints, without the last line's end; it must succeed silently.</summary>
    internal string Out(params string[] args) => Run(args).Good().Out.TrimEnd('\n');

    internal string[] Lines(params string[] args) => Run(args).Good().Lines;

    /// <summary>The one line of its refusal.</summary>
    internal string Refused(int code, params string[] args) => Run(args).Refused(code);

    /// <summary>A file in the working directory.</summary>
    internal string Write(string name, string text)
    {
        var path = Path.Combine(Work, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>An image of one layer: busybox and its applets; its id.</summary>
    internal string Import(string reference = "busybox")
    {
        var archive = Path.Combine(Place, "busybox.tar");
        if (!File.Exists(archive))
        {
            File.WriteAllBytes(archive, Busybox.Archive);
        }

        return Out("import", archive, reference)["sha256:".Length..];
    }

    /// <summary>The first of the codes that name a finding; below are those of a ledger that cannot be reached, or is not the root's.</summary>
    private const int Finding = 13;

    private Said? Checked { get; set; }

    /// <summary>Takes away all containers: what a test leaves, the next one would find.</summary>
    internal void RemoveContainers()
    {
        foreach (var id in Run("ps", "-aq", "--no-trunc").Lines)
        {
            Run("rm", "-f", id);
        }
    }

    /// <summary>Takes away all images, and the containers that are made of them.</summary>
    internal void Forget()
    {
        RemoveContainers();
        foreach (var id in Run("images", "-aq", "--no-trunc").Lines.Distinct())
        {
            Run("rmi", "-f", id).Good();
        }
    }

    /// <summary>Names below a directory of the root; empty where it is not there.</summary>
    internal string[] Entries(string directory) =>
        Directory.Exists(Path.Combine(Root, directory))
            ? Directory.GetFileSystemEntries(Path.Combine(Root, directory)).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal).ToArray()
            : [];

    /// <summary>Until what has been removed is deleted.</summary>
    internal void AwaitReaper()
    {
        for (var n = 0; n < 3000 && Entries("trash").Length > 0; n++)
        {
            Thread.Sleep(20);
        }
    }

    /// <summary>What conmon calls at the end of a process may be at work for a moment after the command that has seen that end.</summary>
    internal void NothingWaitsInStaging()
    {
        for (var n = 0; n < 1000 && Entries("staging").Length > 0; n++)
        {
            Thread.Sleep(20);
        }

        Assert.Empty(Entries("staging"));
    }

    public virtual void Dispose()
    {
        if (Directory.Exists(Root))
        {
            if (File.Exists(Config) && File.ReadAllText(Config).Contains("retain-removed", StringComparison.Ordinal))
            {
                // What is kept would be waited for in vain.
                File.WriteAllText(Config, "{}\n");
            }

            RemoveContainers();
            Checked = Damaged ? null : Run("check");
            Run("db", "stop");
            AwaitReaper();
        }

        Eventdock.Run("/bin/rm", ["-rf", "--one-file-system", Place, RunDirectory]);
        GC.SuppressFinalize(this);
        if (Checked is { Code: >= Finding } wrong)
        {
            throw new Xunit.Sdk.XunitException($"the store is not sound at the end: {wrong}");
        }
    }
}

/// <summary>An installation that has the busybox image.</summary>
public sealed class BusyboxInstallation : Installation
{
    public BusyboxInstallation() => ImageId = Import();

    public string ImageId { get; }
}
