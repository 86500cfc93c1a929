namespace EventDock.Adapters.Runc;

using System.IO;
using EventDock.Domain.Kernel;

/// <summary>An OCI runtime on this host.</summary>
/// <param name="IsRunc">Its private layout (exec.fifo, the state directory) is runc's and may be used directly.</param>
internal sealed record RuntimeProgram(string Path, bool IsRunc);

/// <summary>Where the programs are that do the work, looked for once.</summary>
internal sealed class Programs
{
    private static readonly string[] Directories =
        ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/sbin", "/bin"];

    private readonly Lazy<Either<DomainError, RuntimeProgram>> runtime = new(() =>
        Find("runc") is { } runc ? new RuntimeProgram(runc, true)
        : Find("crun") is { } crun ? new RuntimeProgram(crun, false)
        : new DomainError.ProgramMissing("runc", "runc"));

    private readonly Lazy<Either<DomainError, string>> conmon = new(() =>
        Find("conmon") is { } path ? path : new DomainError.ProgramMissing("conmon", "conmon"));

    /// <summary>Init programs that need nothing of a container's own files.</summary>
    private static readonly string[] Inits = ["docker-init", "tini-static", "catatonit"];

    public Either<DomainError, RuntimeProgram> Runtime => runtime.Value;

    /// <summary>What docker calls runc since it lets containerd start it.</summary>
    private const string ContainerdRunc = "io.containerd.runc.v2";

    /// <summary>The runtime that --runtime names; null means ours.</summary>
    public Either<DomainError, RuntimeProgram> Named(string? name) => Runtime.Bind<RuntimeProgram>(ours =>
        name is null || name == Name || (name == ContainerdRunc && Name == "runc") ? ours
        : name is "runc" or "crun" ? new DomainError.NotSupported($"--runtime {name} beside {Name}, which is used here,")
        : new DomainError.Invalid("runtime", name, $"it is not known ({Name} is used here)"));

    /// <summary>Of the one that is used; runc where there is none yet.</summary>
    public string Name => Runtime.Match(Right: ours => Path.GetFileName(ours.Path), Left: _ => "runc");

    public Either<DomainError, string> Init =>
        Inits.Select(Find).FirstOrDefault(path => path is not null) is { } found
            ? found
            : new DomainError.ProgramMissing("an init program (docker-init)", "tini");

    public Either<DomainError, string> Conmon => conmon.Value;

    private static string? Find(string name) =>
        Directories.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted))
            .Select(directory => $"{directory}/{name}").FirstOrDefault(File.Exists);
}
