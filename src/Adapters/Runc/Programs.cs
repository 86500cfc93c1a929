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

    public Either<DomainError, RuntimeProgram> Runtime => runtime.Value;

    public Either<DomainError, string> Conmon => conmon.Value;

    private static string? Find(string name) =>
        Directories.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted))
            .Select(directory => $"{directory}/{name}").FirstOrDefault(File.Exists);
}
