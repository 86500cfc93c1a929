namespace EventDock.Cli.Commands;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary><c>eventdock import FILE|URL|- [REPOSITORY[:TAG]]</c></summary>
public static class ImportCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from name in args.Arguments.Count == 2
            ? Engine.Tag.Target(args.Arguments[1]).Map(Some).ToAsync()
            : Pipeline.Give(Option<ImageReference>.None)
        let url = Url(args.Arguments[0])
        from there in url is null ? Inputs.Readable(args.Arguments[0]).ToAsync() : Pipeline.Done
        from ports in session.Change(cancel)
        let source = url is null ? args.Arguments[0] : Shown(url)
        from id in Import.Run(
            ports,
            new ImportRequest(source, name, args.All("change"), args.Text("message"), args.Text("platform")),
            called => url is null ? Inputs.Open(args.Arguments[0]) : session.Download(url, called),
            cancel)
        let printed = session.Line(Digest.Prefix + id)
        select 0;

    private static Uri? Url(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 ? uri : null;

    /// <summary>A password that stands in a URL is nobody else's business.</summary>
    private static string Shown(Uri url) =>
        url.UserInfo.Length == 0 ? url.OriginalString : new UriBuilder(url) { UserName = "", Password = "" }.Uri.ToString();
}

/// <summary>Files that a command line names.</summary>
public static class Inputs
{
    /// <summary>Says what is wrong with a file before anything is begun.</summary>
    public static Either<DomainError, Unit> Readable(string path) =>
        path == "-" ? unit
        : path.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0
            ? new DomainError.NotSupported($"reading from {path[..scheme]}://")
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
