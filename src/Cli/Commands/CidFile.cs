namespace EventDock.Cli.Commands;

using System.IO;
using System.Text;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary>
/// --cidfile: a new file that gets the id as soon as the container has been made. It is there before, so that it cannot fail
/// then, and goes where nothing came of the container.
/// </summary>
public sealed class CidFile : IDisposable
{
    private readonly string? path;
    private readonly FileStream? file;
    private bool written;

    private CidFile(string? path, FileStream? file) => (this.path, this.file) = (path, file);

    /// <param name="path">Null for none.</param>
    public static EitherAsync<DomainError, T> Holding<T>(string? path, Func<CidFile, EitherAsync<DomainError, T>> work) =>
        Open(path).ToAsync().Bind(file => Pipeline.Give<IDisposable>(file).Holding(() => work(file)));

    private static Either<DomainError, CidFile> Open(string? path)
    {
        if (path is null)
        {
            return new CidFile(null, null);
        }

        if (Path.Exists(path))
        {
            return new DomainError.FileFailed(path, "the container ID file is there: another container may be running under it");
        }

        try
        {
            return new CidFile(path, new FileStream(path, FileMode.CreateNew, FileAccess.Write));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed(path, "the container ID file cannot be made");
        }
    }

    public Either<DomainError, Unit> Write(ContainerId id)
    {
        if (file is null)
        {
            return unit;
        }

        try
        {
            file.Write(Encoding.ASCII.GetBytes(id.Value));
            file.Flush();
        }
        catch (IOException e)
        {
            return new DomainError.FileFailed(path!, e.Message);
        }

        written = true;
        return unit;
    }

    public void Dispose()
    {
        file?.Dispose();
        if (file is not null && !written)
        {
            File.Delete(path!);
        }
    }
}
