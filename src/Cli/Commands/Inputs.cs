namespace EventDock.Cli.Commands;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// Files that a command line names. What stands there is looked at before it is opened: a FIFO would block for as long as nobody
/// writes to it, and a device never ends, or does something when it is opened.
/// </summary>
public static class Inputs
{
    /// <summary>The reason of a file that is not there.</summary>
    public const string NotThere = "no such file or directory";

    private const int PathOnly = Adapters.Posix.Open.PathOnly;

    /// <summary>Says what is wrong with a file before anything is begun.</summary>
    public static Either<DomainError, Unit> Readable(string path) =>
        path == "-" ? unit
        : path.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0
            ? new DomainError.NotSupported($"reading from {path[..scheme]}://")
        : Found(path, () => At(path)).Map(Closed);

    /// <summary>A file for reading, or standard input for -.</summary>
    public static EitherAsync<DomainError, Stream> Open(string path) =>
        path == "-" ? Pipeline.Give(Console.OpenStandardInput()) : File(path).ToAsync();

    /// <summary>A file for reading.</summary>
    public static Either<DomainError, Stream> File(string path) => Found(path, () => At(path)).Bind(found => Reopened(path, found));

    /// <summary>
    /// A file of a tree that somebody hostile may have made, for reading: the path and all links on it are resolved as if the tree
    /// were the whole file system.
    /// </summary>
    /// <param name="shown">How errors name the file.</param>
    public static Either<DomainError, Stream> Within(string directory, string path, string shown) =>
        Found(shown, () =>
        {
            using var root = Fs.OpenDirectory(directory);
            return Fs.In(root, Bytes.Of(path.TrimStart('/')), PathOnly, Resolve.InRoot | Resolve.NoMagicLinks);
        }).Bind(found => Reopened(shown, found));

    private static SafeFileHandle At(string path) => Fs.At(Fs.Cwd, Bytes.Of(path), PathOnly);

    private static Either<DomainError, SafeFileHandle> Found(string path, Func<SafeFileHandle> look)
    {
        SafeFileHandle file;
        try
        {
            file = look();
        }
        catch (PosixException e)
        {
            return Failed(path, e.Code);
        }

        var refused = Fs.Stat(file).Kind switch
        {
            FileKind.Regular => null,
            FileKind.Directory => "is a directory",

            // The shell's <(command) has no name in any directory, and somebody who writes to it.
            FileKind.Fifo => IsAnonymous(file) ? null : "is a FIFO",
            FileKind.Socket => "is a socket",
            _ => "is a device",
        };
        if (refused is null)
        {
            return file;
        }

        file.Dispose();
        return new DomainError.FileFailed(path, refused);
    }

    private static bool IsAnonymous(SafeFileHandle file) =>
        new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget?.StartsWith("pipe:", StringComparison.Ordinal) == true;

    private static Either<DomainError, Stream> Reopened(string path, SafeFileHandle found)
    {
        using (found)
        {
            if (Fs.TryAt(Fs.Cwd, Fs.ProcPath(found), Adapters.Posix.Open.Read, 0, out var file, out var errno))
            {
                return new FileStream(file, FileAccess.Read);
            }

            file.Dispose();
            return Failed(path, errno);
        }
    }

    private static DomainError Failed(string path, int errno) => new DomainError.FileFailed(
        path,
        errno is Errno.NoEntry or Errno.NotDirectory ? NotThere : Errno.Text(errno).ToLowerInvariant());

    private static Unit Closed(SafeFileHandle file)
    {
        file.Dispose();
        return unit;
    }
}
