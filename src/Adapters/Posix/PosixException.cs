namespace EventDock.Adapters.Posix;

using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Kernel;

/// <summary>
/// A system call has failed. Inside the adapters these travel as exceptions, since a walk over a tree makes thousands of
/// calls; <see cref="Guarded"/> turns them into values where the adapter ends.
/// </summary>
public sealed class PosixException(int errno, string call, string path)
    : IOException($"{call} {path}: {Errno.Text(errno)}")
{
    public int Code { get; } = errno;

    public string Path { get; } = path;

    public DomainError Error => Code is Errno.NoSpace or Errno.Quota
        ? new DomainError.DiskFull(Path)
        : new DomainError.FileFailed(Path, Errno.Text(Code));
}

/// <summary>A refusal on its way up through code that has no other way out, as <see cref="PosixException"/>.</summary>
public sealed class RefusedException(DomainError error) : IOException(error.ToString())
{
    public DomainError Error { get; } = error;
}

/// <summary>errno's numbers (the same on x86-64 and arm64) and texts.</summary>
public static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NoDevice = 6;
    public const int WouldBlock = 11;
    public const int Access = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Invalid = 22;
    public const int TooBig = 27;
    public const int NoSpace = 28;
    public const int Range = 34;
    public const int NameTooLong = 36;
    public const int NotEmpty = 39;
    public const int Loop = 40;
    public const int NoData = 61;
    public const int NotSupported = 95;
    public const int Stale = 116;
    public const int Quota = 122;

    /// <summary>libc's text, as it is.</summary>
    public static string Text(int errno) => Marshal.GetPInvokeErrorMessage(errno);
}

/// <summary>Runs the inside of an adapter and gives what went wrong as a value.</summary>
public static class Guarded
{
    /// <summary>The value, or the refusal as it travels inside the adapters.</summary>
    public static T OrRefused<T>(this Either<DomainError, T> result) => result.IfLeft(error => throw new RefusedException(error));

    /// <summary>Blocking work, on the thread pool.</summary>
    public static Task<Either<DomainError, T>> Run<T>(Func<T> work, CancellationToken cancel) =>
        RunAsync(() => Task.Run(work, cancel), cancel);

    public static async Task<Either<DomainError, T>> RunAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (PosixException e)
        {
            return e.Error;
        }
        catch (RefusedException e)
        {
            return e.Error;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new DomainError.Interrupted();
        }
    }
}
