namespace EventDock.Adapters.Runc;

using System.IO;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>The host's processes, by the host's own ps.</summary>
internal static class HostProcesses
{
    private const string Ps = "/bin/ps";

    public static Either<DomainError, string> Table(Seq<string> arguments)
    {
        if (!File.Exists(Ps))
        {
            return new DomainError.ProgramMissing("ps", "procps");
        }

        using var nothing = ProcessCalls.Null();
        var (output, toOutput) = ProcessCalls.Pipe();
        var (error, toError) = ProcessCalls.Pipe();
        using (output)
        using (error)
        {
            int pid;
            using (toOutput)
            using (toError)
            {
                pid = ProcessCalls.Spawn(new SpawnRequest(
                    Ps, arguments.ToArray(), ProcessRunner.Environment, [(nothing, 0), (toOutput, 1), (toError, 2)], "/"));
            }

            if (pid < 0)
            {
                return ProcessRunner.NotStarted(Ps, -pid);
            }

            // Each has a reader: a program that waits for one of its pipes to be read never ends the other.
            var complaints = Task.Run(() => Text(new FileStream(error, FileAccess.Read, 0)));
            var table = Text(new FileStream(output, FileAccess.Read, 0));
            var code = ProcessCalls.Wait(pid);
            var said = complaints.GetAwaiter().GetResult();
            return code == 0 ? table : new DomainError.RuntimeFailed("ps", FirstLine(said));
        }
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0];

    private static string Text(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
