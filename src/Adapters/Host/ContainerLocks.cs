namespace EventDock.Adapters.Host;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// One lock a container: a byte of one file, locked through an open file description (fcntl(2), F_OFD_SETLK), so that no file
/// a container has to be made and removed. Gone with the process that holds it.
/// </summary>
public static class ContainerLocks
{
    /// <param name="path">The lock file; made when it is missing.</param>
    /// <returns>A lock, or with <c>wait</c> false None where another has it.</returns>
    public static Func<ContainerId, bool, CancellationToken, EitherAsync<DomainError, Option<IDisposable>>> Create(string path) =>
        (id, wait, cancel) => TakeAsync(path, id, wait, cancel).ToAsync();

    private static async Task<Either<DomainError, Option<IDisposable>>> TakeAsync(
        string path, ContainerId id, bool wait, CancellationToken cancel)
    {
        SafeFileHandle file;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed(path, e.Message);
        }

        var at = ByteLock.Place(id.Value);
        try
        {
            if (wait)
            {
                await ByteLock.TakeAsync(file, at, () => { }, cancel);
                return Some<IDisposable>(file);
            }

            if (ByteLock.TryTake(file, at))
            {
                return Some<IDisposable>(file);
            }
        }
        catch (PosixException e)
        {
            file.Dispose();
            return new DomainError.FileFailed(path, Errno.Text(e.Code));
        }
        catch (OperationCanceledException)
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return Option<IDisposable>.None;
    }
}
