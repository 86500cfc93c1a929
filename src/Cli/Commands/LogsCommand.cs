namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock logs</c></summary>
public static class LogsCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Read(cancel)
        from since in Moments.Instant("--since", args.Text("since"), ports, session, cancel)
        from until in Moments.Instant("--until", args.Text("until"), ports, session, cancel)
        from row in Find.Container(ports, args.Arguments[0], cancel)
        from kept in row.Settings.More.LogDriver == LogDrivers.None
            ? Pipeline.Fail<LanguageExt.Unit>(new DomainError.NothingLogged(row.Id.Value))
            : Pipeline.Done
        from _ in ports.Runtime.Logs(
            new LogSpec(row.Id, args.On("follow"), Tail(args.Text("tail")), since.ToNullable(), until.ToNullable(), args.On("timestamps"))
            {
                Details = args.On("details"),
            },
            cancel)
        select 0;

    /// <summary>Null for all; what is no number is, too, as with docker.</summary>
    private static int? Tail(string? text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var lines) && lines >= 0 ? lines : null;
}
