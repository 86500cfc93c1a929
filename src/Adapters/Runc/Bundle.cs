namespace EventDock.Adapters.Runc;

using System.IO;
using System.Text;
using System.Text.Json;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>What an exec takes over from its container.</summary>
internal sealed record ExecBase(string Hostname, string User, string WorkingDir, Seq<string> Env, ProcessRights Rights);

/// <summary>
/// A container's directory on tmpfs: config.json, what conmon and an exec need, and who the process is. It holds secrets, so
/// it is 0700, its files 0600, and it goes when the container has ended.
/// </summary>
internal static class Bundle
{
    private const string AppArmorProfiles = "/sys/kernel/security/apparmor/profiles";
    private const string DockerAppArmor = "docker-default";

    private static readonly Lazy<Seq<(string Name, string Value)>> Sysctls = new(() =>
        RuntimeSpecDefaults.Sysctls.Filter(sysctl => File.Exists("/proc/sys/" + sysctl.Name.Replace('.', '/'))));

    /// <summary>docker's profile, where its package or daemon has loaded it.</summary>
    public static readonly Lazy<string?> AppArmor = new(() => HasAppArmor(DockerAppArmor) ? DockerAppArmor : null);

    public static bool AppArmorEnabled => File.Exists(AppArmorProfiles);

    public static bool HasAppArmor(string profile) =>
        AppArmorEnabled && File.ReadLines(AppArmorProfiles).Any(line => line.StartsWith(profile + " ", StringComparison.Ordinal));

    /// <summary>The three files docker mounts over an image's own, in the container's directory.</summary>
    public static Seq<BindMount> WriteEtcFiles(string directory, string hostname, string network)
    {
        var host = network == NamespaceMode.Host;
        Write("hostname", hostname + "\n");
        Write("hosts", host && PrivateFiles.ReadText("/etc/hosts") is { } hosts ? hosts : OwnHosts);
        Write("resolv.conf", Resolver(PrivateFiles.ReadText("/etc/resolv.conf") ?? "", host));
        return EtcFiles(directory);

        void Write(string name, string content) => PrivateFiles.Write($"{directory}/{name}", content, mode: 0x1a4);
    }

    /// <summary>Those three, as they were written for the container whose directory that is.</summary>
    public static Seq<BindMount> EtcFiles(string directory) =>
        Seq("resolv.conf", "hostname", "hosts").Map(name => new BindMount($"{directory}/{name}", $"/etc/{name}")).Strict();

    /// <summary>config.json in the bundle.</summary>
    public static void WriteConfig(
        string bundle, string root, ProcessSpec process, string hostname, Sandbox sandbox, Seq<BindMount> binds, string cgroup,
        byte[] seccomp) =>
        PrivateFiles.Write($"{bundle}/config.json", RuntimeSpecJson.Config(new RuntimeSpec(
            process, root, hostname, sandbox, binds, cgroup, Cgroups.OnlyV2, Sysctls.Value, seccomp)));

    public static void WriteExecBase(string bundle, ExecBase value)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("hostname", value.Hostname);
            json.WriteString("user", value.User);
            json.WriteString("cwd", value.WorkingDir);
            json.WriteStartArray("env");
            foreach (var entry in value.Env)
            {
                json.WriteStringValue(entry);
            }

            json.WriteEndArray();
            RightsJson.Write(json, value.Rights);
            json.WriteEndObject();
        }

        PrivateFiles.Write($"{bundle}/exec.json", stream.ToArray());
    }

    /// <summary>None where the container does not run.</summary>
    public static Option<ExecBase> ReadExecBase(string bundle)
    {
        if (PrivateFiles.ReadText($"{bundle}/exec.json") is not { } text)
        {
            return None;
        }

        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        return new ExecBase(
            root.GetProperty("hostname").GetString()!, root.GetProperty("user").GetString()!, root.GetProperty("cwd").GetString()!,
            root.GetProperty("env").EnumerateArray().Select(entry => entry.GetString()!).ToList().ToSeq(), RightsJson.Read(root));
    }

    public static ProcessIdentity? Init(string bundle) => Processes.Parse(PrivateFiles.ReadText($"{bundle}/init"));

    public static ProcessIdentity? Conmon(string bundle) => Processes.Parse(PrivateFiles.ReadText(ConmonFile(bundle)));

    /// <summary>Who its monitor is; begins with the pid.</summary>
    public static string ConmonFile(string bundle) => $"{bundle}/conmon";

    public static void WriteIdentity(string bundle, string name, ProcessIdentity process) =>
        PrivateFiles.Write($"{bundle}/{name}", Processes.Format(process));

    private const string OwnHosts =
        "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\n"
        + "ff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";

    /// <summary>A name server on the host's loopback cannot be reached from a namespace of one's own; docker leaves it out, too.</summary>
    private static string Resolver(string text, bool host) => host
        ? text
        : string.Join('\n', text.Split('\n').Where(line =>
            line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is not ["nameserver", var address, ..]
            || !(address.StartsWith("127.", StringComparison.Ordinal) || address == "::1")));
}
