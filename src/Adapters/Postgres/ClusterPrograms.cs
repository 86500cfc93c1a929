namespace EventDock.Adapters.Postgres;

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using EventDock.Domain.Kernel;

/// <summary>Postgres' own programs, run as the cluster's user with a built environment.</summary>
internal static class ClusterPrograms
{
    private const string Installed = "/usr/lib/postgresql";

    /// <summary>The directory with the programs: of the given major version, or of the newest there is.</summary>
    public static Either<DomainError, string> Find(string? version, string program = "postgres", string package = "postgresql")
    {
        var found = (Directory.Exists(Installed) ? Directory.GetDirectories(Installed) : [])
            .Select(directory => (Bin: Path.Combine(directory, "bin"), Version: Path.GetFileName(directory)))
            .Where(p => (version is null || p.Version == version) && File.Exists(Path.Combine(p.Bin, program)))
            .OrderByDescending(p => int.TryParse(p.Version, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Select(p => p.Bin)
            .FirstOrDefault();
        return found is not null ? Right<DomainError, string>(found)
            : version is null ? new DomainError.ProgramMissing(program, package)
            : new DomainError.ProgramMissing($"{program} {version}", $"{package}-{version}");
    }

    /// <summary>
    /// Runs a program to its end as the user: its exit code and what it said on stderr. Standard input is the given text.
    /// </summary>
    /// <param name="started">Told the pid at once.</param>
    public static async Task<Either<DomainError, (int Code, string Error)>> RunAsync(
        SystemUser user, string directory, string input, IEnumerable<string> prefix, IEnumerable<string> command,
        Action<int> started, CancellationToken cancel)
    {
        string[] all =
        [
            .. prefix, "setpriv", FormattableString.Invariant($"--reuid={user.Uid}"), FormattableString.Invariant($"--regid={user.Gid}"),
            "--clear-groups", "--inh-caps=-all", "--no-new-privs", .. command,
        ];
        var info = new ProcessStartInfo(all[0], all[1..])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment.Clear();
        info.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        info.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            using var process = Process.Start(info) ?? throw new UnreachableException("a new process is always started");
            started(process.Id);
            await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var error = await process.StandardError.ReadToEndAsync(cancel);
            await output;
            await process.WaitForExitAsync(cancel);
            return (process.ExitCode, error);
        }
        catch (Win32Exception)
        {
            return new DomainError.ProgramMissing(all[0], "util-linux");
        }
    }
}
