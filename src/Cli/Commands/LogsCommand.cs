namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock logs</c></summary>
public static class LogsCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from tail in Tail(args.Text("tail")).ToAsync()
        from since in Moments.Time("--since", args.Text("since"), session.Clock()).ToAsync()
        from until in Moments.Time("--until", args.Text("until"), session.Clock()).ToAsync()
        from ports in session.Read(cancel)
        from row in Find.Container(ports, args.Arguments[0], cancel)
        from kept in row.Settings.More.LogDriver == LogDrivers.None
            ? Pipeline.Fail<LanguageExt.Unit>(new DomainError.NothingLogged(row.Id.Value))
            : Pipeline.Done
        from _ in ports.Runtime.Logs(
            new LogSpec(row.Id, args.On("follow"), tail.ToNullable(), since.ToNullable(), until.ToNullable(), args.On("timestamps"))
            {
                Details = args.On("details"),
            },
            cancel)
        select 0;

    private static Either<DomainError, Option<int>> Tail(string? text) =>
        text is null or "all" ? Right<DomainError, Option<int>>(None)
        : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var lines) ? Right<DomainError, Option<int>>(lines < 0 ? None : Some(lines))
        : new DomainError.Invalid("--tail", text, "must be a number of lines, or all");
}
