namespace EventDock.Adapters.Runc;

using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <param name="Error">What it wrote to stderr, cut at 64 KiB.</param>
internal sealed record Finished(int ExitCode, string Error);

/// <summary>Short programs: an argument list in, the exit code and stderr out. stdin and stdout are /dev/null.</summary>
internal static class ProcessRunner
{
    /// <summary>
    /// All that a child of ours gets: nothing of the caller's environment. conmon refuses arguments beyond ASCII, a root's path
    /// for one, in any locale but UTF-8.
    /// </summary>
    public static readonly string[] Environment =
        ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"];

    public static Either<DomainError, Finished> Run(string program, params string[] arguments)
    {
        using var nothing = ProcessCalls.Null();
        var (read, write) = ProcessCalls.Pipe();
        using (read)
        {
            int pid;
            using (write)
            {
                pid = ProcessCalls.Spawn(new SpawnRequest(
                    program, arguments, Environment, [(nothing, 0), (nothing, 1), (write, 2)], "/"));
            }

            if (pid < 0)
            {
                return NotStarted(program, -pid);
            }

            var error = ReadAll(new FileStream(read, FileAccess.Read, 0));
            return new Finished(ProcessCalls.Wait(pid), error);
        }
    }

    public static DomainError NotStarted(string program, int error) =>
        new DomainError.RuntimeFailed(Path.GetFileName(program), Marshal.GetPInvokeErrorMessage(error));

    private static string ReadAll(FileStream stream)
    {
        var kept = new MemoryStream();
        var buffer = new byte[4096];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            kept.Write(buffer, 0, (int)Math.Min(count, 65536 - kept.Length));
        }

        return Encoding.UTF8.GetString(kept.ToArray());
    }
}
