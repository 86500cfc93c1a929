namespace EventDock.Adapters.Host;

using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// One lock a container: a byte of one file, locked through an open file description (fcntl(2), F_OFD_SETLK), so that no file
/// a container has to be made and removed. Gone with the process that holds it.
/// </summary>
public static partial class ContainerLocks
{
    private const int SetLock = 37;
    private const short WriteLock = 1;
    private const int ErrnoAccess = 13, ErrnoAgain = 11, ErrnoInterrupted = 4;

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

        // 60 bits of a random id: two containers that met in one would only wait for each other.
        var wanted = new Range
        {
            Type = WriteLock,
            Start = long.Parse(id.Value.AsSpan(0, 15), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            Length = 1,
        };
        for (var pause = 1; ; pause = Math.Min(pause * 2, 20))
        {
            if (FileControl(file, SetLock, ref wanted) == 0)
            {
                return Some<IDisposable>(file);
            }

            var errno = Marshal.GetLastPInvokeError();
            if (errno is not (ErrnoAccess or ErrnoAgain or ErrnoInterrupted))
            {
                file.Dispose();
                return new DomainError.FileFailed(path, Marshal.GetPInvokeErrorMessage(errno));
            }

            if (!wait)
            {
                file.Dispose();
                return Option<IDisposable>.None;
            }

            try
            {
                await Task.Delay(pause, cancel);
            }
            catch (OperationCanceledException)
            {
                file.Dispose();
                throw;
            }
        }
    }

    /// <summary>struct flock of a 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Range
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }

    // Variadic in C; the third argument travels like any other on the architectures EventDock is built for.
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(SafeFileHandle file, int command, ref Range range);
}
