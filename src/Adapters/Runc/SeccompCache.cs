namespace EventDock.Adapters.Runc;

using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>
/// docker's seccomp profile in OCI form, kept under the run directory by the profile's time and size, so that a run reads one
/// file. The run directory is gone after a reboot, and with it what was made for another kernel.
/// </summary>
internal sealed partial class SeccompCache(string run, string profile)
{
    public const string DockerProfile = "/usr/share/gocode/src/github.com/docker/docker/profiles/seccomp/default.json";
    private const string Package = "golang-github-docker-docker-dev";

    // Part of the cached file's name: to be raised when what is written for the same profile changes.
    private const int Form = 1;

    private const int LargestProfile = 1 << 20;

    /// <summary>A profile of the caller's own, for one container.</summary>
    public Either<DomainError, byte[]> Of(string file, Seq<string> capabilities) =>
        new FileInfo(file) is { Exists: true, Length: <= LargestProfile }
            ? Seccomp.Translate(File.ReadAllBytes(file), Target(capabilities), Rank())
            : new DomainError.FileFailed(file, "is no seccomp profile");

    /// <summary>docker's own, for a process with these capabilities.</summary>
    public Either<DomainError, byte[]> Docker(Seq<string> capabilities)
    {
        var source = new FileInfo(profile);
        if (!source.Exists)
        {
            return new DomainError.ProgramMissing("docker's seccomp profile", Package);
        }

        var cached = string.Create(
            CultureInfo.InvariantCulture,
            $"{run}/seccomp-{Form}-{source.LastWriteTimeUtc.Ticks:x}-{source.Length:x}{Suffix(capabilities)}.json");
        try
        {
            return File.ReadAllBytes(cached);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Make(cached, capabilities);
        }
    }

    /// <summary>Capabilities other than docker's make another filter of the same profile.</summary>
    private static string Suffix(Seq<string> capabilities) =>
        capabilities.SequenceEqual(RuntimeSpecDefaults.Capabilities)
            ? ""
            : "-" + Domain.Oci.Digest.Of(Written(capabilities)).Hex[..16];

    private static byte[] Written(Seq<string> capabilities) =>
        System.Text.Encoding.ASCII.GetBytes(string.Join(',', capabilities.Order(StringComparer.Ordinal)));

    private static SeccompTarget Target(Seq<string> capabilities)
    {
        var kernel = Environment.OSVersion.Version;
        return new SeccompTarget(Architecture, kernel.Major, kernel.Minor, capabilities);
    }

    private Either<DomainError, byte[]> Make(string cached, Seq<string> capabilities)
    {
        return Seccomp.Translate(File.ReadAllBytes(profile), Target(capabilities), Rank()).Map(json =>
        {
            PrivateFiles.MakeDirectory(run);
            var staging = $"{cached}.{Guid.NewGuid():N}";
            PrivateFiles.Write(staging, json);
            File.Move(staging, cached, overwrite: true);
            return json;
        });
    }

    private static string Architecture => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        System.Runtime.InteropServices.Architecture.Arm => "arm",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>
    /// System call numbers by libseccomp, which runc brings along. High numbers first let it build the filter with less work;
    /// without the library the profile's own order stands.
    /// </summary>
    private static Func<string, int> Rank()
    {
        if (!NativeLibrary.TryLoad("libseccomp.so.2", out _))
        {
            return _ => 0;
        }

        return name => ResolveName(name);
    }

    [LibraryImport("libseccomp.so.2", EntryPoint = "seccomp_syscall_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ResolveName(string name);
}
