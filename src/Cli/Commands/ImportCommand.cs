namespace EventDock.Cli.Commands;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary><c>eventdock import FILE|- [REPOSITORY[:TAG]]</c></summary>
public static class ImportCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from name in args.Arguments.Count == 2
            ? Engine.Tag.Target(args.Arguments[1]).Map(Some).ToAsync()
            : Pipeline.Give(Option<ImageReference>.None)
        from there in Inputs.Readable(args.Arguments[0]).ToAsync()
        from ports in session.Change(cancel)
        from id in Import.Run(ports, args.Arguments[0], _ => Inputs.Open(args.Arguments[0]), name, cancel)
        let printed = session.Line(Digest.Prefix + id)
        select 0;
}

/// <summary>Files that a command line names.</summary>
public static class Inputs
{
    /// <summary>Says what is wrong with a file before anything is begun.</summary>
    public static Either<DomainError, Unit> Readable(string path) =>
        path == "-" ? unit
        : path.Contains("://", StringComparison.Ordinal) ? new DomainError.NotSupported("import from a URL")
        : Directory.Exists(path) ? new DomainError.FileFailed(path, "is a directory")
        : !File.Exists(path) ? new DomainError.FileFailed(path, "no such file or directory")
        : unit;

    public static EitherAsync<DomainError, Stream> Open(string path)
    {
        try
        {
            if (path == "-")
            {
                return Pipeline.Give(Console.OpenStandardInput());
            }

            var file = File.OpenRead(path);
            if (Fs.Stat(file.SafeFileHandle).Kind is not (FileKind.CharDevice or FileKind.BlockDevice))
            {
                return Pipeline.Give<Stream>(file);
            }

            // /dev/zero never ends, and what a disk holds is no archive.
            file.Dispose();
            return Pipeline.Fail<Stream>(new DomainError.FileFailed(path, "is a device"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Pipeline.Fail<Stream>(new DomainError.FileFailed(path, e.Message));
        }
    }
}
