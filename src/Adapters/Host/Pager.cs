namespace EventDock.Adapters.Host;

using System.IO;
using System.Runtime.InteropServices;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A program that shows on our terminal what it is given, until the person has seen enough. It is in our process group, so that
/// the terminal is its own as well; while it runs Ctrl-C does not end us, since a shell that goes on before the pager does finds
/// its terminal as the pager has set it.
/// </summary>
public sealed class Pager
{
    private readonly int process;
    private readonly SafeFileHandle pipe;
    private readonly PosixSignalRegistration interrupts;

    private Pager(int process, SafeFileHandle pipe)
    {
        (this.process, this.pipe) = (process, pipe);
        interrupts = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        Input = new OutputStream((int)pipe.DangerousGetHandle());
    }

    /// <summary>What is written to it is shown. EPIPE, once the pager has ended.</summary>
    public Stream Input { get; }

    /// <param name="words">The program, found on PATH where it has no slash, and its arguments.</param>
    /// <param name="environment">NAME=value; nothing else is passed on.</param>
    public static Either<DomainError, Pager> Start(Seq<string> words, Seq<string> environment)
    {
        var found = Find(words[0]);
        if (found is null)
        {
            return new DomainError.PagerFailed(words[0], "not found");
        }

        var (read, write) = ProcessCalls.Pipe();
        using (read)
        {
            var pid = ProcessCalls.Spawn(new SpawnRequest(
                found, words.Skip(1).ToArray(), environment.ToArray(),
                [(read, 0), (Ours(1), 1), (Ours(2), 2)], Environment.CurrentDirectory));
            if (pid > 0)
            {
                return new Pager(pid, write);
            }

            write.Dispose();
            return new DomainError.PagerFailed(words[0], Marshal.GetPInvokeErrorMessage(-pid));
        }
    }

    /// <summary>There is no more to show: waits until the person has done with it.</summary>
    public Unit End()
    {
        using (interrupts)
        {
            pipe.Dispose();
            ProcessCalls.Wait(process);
            return unit;
        }
    }

    private static SafeFileHandle Ours(int descriptor) => new(descriptor, ownsHandle: false);

    private static string? Find(string name) =>
        name.Contains('/')
            ? Path.GetFullPath(name)
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted)
                .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
}
