namespace EventDock.Adapters.Postgres;

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using EventDock.Domain.Kernel;

/// <summary>
/// Postgres' client programs, told by their environment where to connect: a password on a command line could be read by
/// anybody.
/// </summary>
/// <param name="Bin">The directory with the programs.</param>
internal sealed record ClientPrograms(string Bin, IReadOnlyDictionary<string, string> Connection)
{
    public static Either<DomainError, ClientPrograms> For(LibpqUri uri, string? version = null) =>
        ClusterPrograms.Find(version, "pg_dump", "postgresql-client").Map(bin => new ClientPrograms(bin, Environment(uri)));

    private static Dictionary<string, string> Environment(LibpqUri uri)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
            ["LC_ALL"] = "C.UTF-8",
            ["PGHOST"] = uri.Host ?? "localhost",
            ["PGPORT"] = (uri.Port ?? 5432).ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = uri.User ?? System.Environment.UserName,
            ["PGDATABASE"] = uri.Database ?? uri.User ?? System.Environment.UserName,
            // What root has set for himself must not steer a backup.
            ["PSQLRC"] = "/dev/null",
            ["PGOPTIONS"] = "-c client_min_messages=warning",
        };
        Add("PGPASSWORD", uri.Password);
        Add("PGSSLMODE", uri.SslMode);
        Add("PGSSLROOTCERT", uri.SslRootCert);
        Add("PGSSLCERT", uri.SslCert);
        Add("PGSSLKEY", uri.SslKey);
        Add("PGCONNECT_TIMEOUT", uri.ConnectTimeout?.ToString(CultureInfo.InvariantCulture));
        return settings;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                settings[name] = value;
            }
        }
    }

    /// <summary>Starts one; its three streams are ours.</summary>
    public Either<DomainError, Process> Start(string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(Path.Combine(Bin, program), arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment.Clear();
        foreach (var (name, value) in Connection)
        {
            info.Environment[name] = value;
        }

        try
        {
            return Process.Start(info) ?? throw new UnreachableException("a new process is always started");
        }
        catch (Win32Exception)
        {
            return new DomainError.ProgramMissing(program, "postgresql-client");
        }
    }

    /// <summary>Runs one to its end: what it printed. Error: CopyFailed, with the last line of what it complained of.</summary>
    public async Task<Either<DomainError, string>> RunAsync(CancellationToken cancel, string program, params string[] arguments)
    {
        var started = Start(program, arguments);
        return await started.MatchAsync(
            async process =>
            {
                using (process)
                {
                    try
                    {
                        process.StandardInput.Close();
                        var output = process.StandardOutput.ReadToEndAsync(cancel);
                        var error = await process.StandardError.ReadToEndAsync(cancel);
                        await process.WaitForExitAsync(cancel);
                        return process.ExitCode == 0
                            ? Right<DomainError, string>(await output)
                            : new DomainError.CopyFailed(program, ClusterLog.LastLine(error));
                    }
                    finally
                    {
                        End(process);
                    }
                }
            },
            Left<DomainError, string>);
    }

    /// <summary>None of them outlives us.</summary>
    public static void End(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
    }
}
