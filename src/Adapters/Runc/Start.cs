namespace EventDock.Adapters.Runc;

using System.IO;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>
/// Lets a created process go. runc's init waits in the opening of <c>exec.fifo</c> for somebody to read it: doing that takes
/// 0.1 ms, <c>runc start</c>, which does the same, 5.5. It remains for another runtime, and for another layout of runc's.
/// </summary>
internal sealed class Start(RuntimePaths paths, Programs programs)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Either<DomainError, Unit> Run(ContainerId id)
    {
        if (Bundle.Init(paths.Bundle(id)) is not { } init)
        {
            return new DomainError.WrongState(id.Value, "created", "start");
        }

        if (programs.Runtime.Fails(out var error, out var runtime))
        {
            return error;
        }

        var fifo = $"{paths.State(id.Value)}/exec.fifo";
        return runtime.IsRunc && File.Exists(fifo) ? Release(fifo, init) : ByRuntime(id, runtime);
    }

    private static Either<DomainError, Unit> Release(string fifo, ProcessIdentity init)
    {
        using var process = OpenedProcess.Open(init);
        var reader = process is null ? -1 : Descriptors.OpenFifo(fifo, forWriting: false);
        if (reader < 0)
        {
            return new DomainError.StartFailed(125, "the process ended before it was started");
        }

        try
        {
            var byteOrEnd = new byte[1];
            if (Descriptors.WaitForEither(reader, process!.Descriptor, (int)Patience.TotalMilliseconds) == 0
                || Descriptors.Read(reader, byteOrEnd) <= 0)
            {
                return new DomainError.StartFailed(125, "the process did not take its start");
            }
        }
        finally
        {
            Descriptors.Close(reader);
        }

        // As long as it is there, runc takes the container for created.
        File.Delete(fifo);
        return unit;
    }

    private Either<DomainError, Unit> ByRuntime(ContainerId id, RuntimeProgram runtime) =>
        ProcessRunner.Run(runtime.Path, "--root", paths.Runtime, "start", id.Value).Bind<Unit>(finished =>
            finished.ExitCode == 0 ? unit : RuntimeMessage.StartFailed("start", finished.Error));
}
