namespace EventDock.Cli.Commands;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>Where an archive goes that a command writes.</summary>
public static class Outputs
{
    /// <summary>Says what is wrong with a place before anything is begun.</summary>
    /// <param name="path">Null for standard output.</param>
    public static Either<DomainError, Unit> Possible(string verb, string? path) =>
        path is null ? Terminal.Is(1) ? new DomainError.ArchiveToTerminal(verb) : unit
        : path.Length == 0 ? new DomainError.Invalid("output path", path, "is empty")
        : Directory.Exists(path) ? new DomainError.FileFailed(path, "is a directory")
        : File.Exists(path) && Fs.Stat(Fs.Cwd, Bytes.Of(path)).Kind is not (FileKind.Regular or FileKind.Symlink)
            ? new DomainError.FileFailed(path, "is no regular file")
        : !Directory.Exists(Folder(path)) ? new DomainError.FileFailed(Folder(path), "no such directory")
        : unit;

    /// <summary>
    /// Standard output takes the bytes as they come. A file is there when it is whole: it is written beside its place under
    /// another name, for its owner only, and takes the place of what was there.
    /// </summary>
    public static EitherAsync<DomainError, Unit> To(string? path, Func<Stream, EitherAsync<DomainError, Unit>> work) =>
        path is null ? work(new OutputStream(1)) : ToFile(path, work).ToAsync();

    private static async Task<Either<DomainError, Unit>> ToFile(string path, Func<Stream, EitherAsync<DomainError, Unit>> work)
    {
        var aside = Path.Combine(Folder(path), $".eventdock-{Guid.NewGuid():N}");
        try
        {
            try
            {
                Either<DomainError, Unit> written;
                await using (var file = new FileStream(aside, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    BufferSize = 0,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }))
                {
                    written = await work(file).ToEither();
                }

                written.IfRight(_ => File.Move(aside, path, overwrite: true));
                return written;
            }
            finally
            {
                // Gone already where it has been moved.
                File.Delete(aside);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed(path, e.Message);
        }
    }

    private static string Folder(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
}
