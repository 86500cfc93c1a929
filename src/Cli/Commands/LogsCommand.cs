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
        from one in args.On("follow") && args.Has("as-of")
            ? Pipeline.Fail<LanguageExt.Unit>(new DomainError.FlagsTogether("--follow", "--as-of"))
            : Pipeline.Done
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from since in Moments.Instant("--since", args.Text("since"), ports, session, cancel)
        from until in Moments.Instant("--until", args.Text("until"), ports, session, cancel)
        from row in Find.Container(ports, args.Arguments[0], moment.Position, cancel)
        from kept in row.Settings.More.LogDriver == LogDrivers.None
            ? Pipeline.Fail<LanguageExt.Unit>(new DomainError.NothingLogged(row.Id.Value))
            : Pipeline.Done
        from here in moment.Position.IsNone ? Pipeline.Give(Seq1(row)) : ports.Views.Containers.Keyed(Seq1(row.Id.Value), None, cancel)
        from there in here.IsEmpty ? Pipeline.Fail<LanguageExt.Unit>(new DomainError.LogGone(row.Id.Value)) : Pipeline.Done
        from _ in ports.Runtime.Logs(
            new LogSpec(row.Id, args.On("follow"), Tail(args.Text("tail")), since.ToNullable(), Until(until, moment), args.On("timestamps"))
            {
                Details = args.On("details"),
            },
            cancel)
        let footer = Moments.Footer(session, moment)
        select 0;

    /// <summary>What had been written by then is what a time bounds, too.</summary>
    private static DateTimeOffset? Until(Option<DateTimeOffset> until, Moments.Moment moment) =>
        moment.Position.IsNone ? until.ToNullable()
        : until.Match(Some: time => time < moment.Clock ? time : moment.Clock, None: () => moment.Clock);

    /// <summary>Null for all; what is no number is, too, as with docker.</summary>
    private static int? Tail(string? text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var lines) && lines >= 0 ? lines : null;
}
