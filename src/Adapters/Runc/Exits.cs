namespace EventDock.Adapters.Runc;

using System.Globalization;
using System.IO;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>How a container ended, as conmon wrote it down.</summary>
internal sealed class Exits(RuntimePaths paths)
{
    public Option<ExitFact> Read(ContainerId id) => Read(paths.ExitDirectory(id), "exit");

    public static Option<ExitFact> Read(string directory, string name)
    {
        // conmon writes beside and renames, so the file is whole or not there.
        var file = new FileInfo($"{directory}/{name}");
        return PrivateFiles.ReadText(file.FullName) is { } text
               && int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var code)
            ? new ExitFact(code, File.Exists($"{directory}/oom"), new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero))
            : None;
    }

    /// <summary>
    /// Waits on the process itself, and once that is gone for conmon's file, which takes it some milliseconds. None when the
    /// time is up, or conmon is gone without.
    /// </summary>
    public Either<DomainError, Option<ExitFact>> Await(ContainerId id, TimeSpan timeout, CancellationToken cancel)
    {
        var deadline = timeout == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        var bundle = paths.Bundle(id);
        var (init, conmon) = (Bundle.Init(bundle), Bundle.Conmon(bundle));
        if (init is not null)
        {
            AwaitEnd(init, deadline, cancel);
        }

        while (true)
        {
            // In this order: a conmon that has just gone has written its file before.
            var watched = conmon is not null && Processes.Alive(conmon);
            var exit = Read(id);
            if (exit.IsSome || !watched || Environment.TickCount64 >= deadline)
            {
                return exit;
            }

            if (cancel.IsCancellationRequested)
            {
                return new DomainError.Interrupted();
            }

            Thread.Sleep(1);
        }
    }

    private static void AwaitEnd(ProcessIdentity process, long deadline, CancellationToken cancel)
    {
        using var opened = OpenedProcess.Open(process);
        using var waker = new CancelWaker(cancel);
        if (opened is not null)
        {
            var left = deadline == long.MaxValue ? -1 : (int)Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue);
            Descriptors.WaitForEither(opened.Descriptor, waker.Descriptor, left);
        }
    }
}
