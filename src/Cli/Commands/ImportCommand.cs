namespace EventDock.Cli.Commands;

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
