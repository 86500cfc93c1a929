namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;

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
        from found in Found(ports, session, args.Arguments[0], moment, cancel)
        let row = found.Row
        from kept in row.Settings.More.LogDriver == LogDrivers.None
            ? Pipeline.Fail<LanguageExt.Unit>(new DomainError.NothingLogged(row.Id.Value))
            : Pipeline.Done
        from _ in ports.Runtime.Logs(
            new LogSpec(row.Id, args.On("follow"), Tail(args.Text("tail")), since.ToNullable(), Until(until, moment), args.On("timestamps"))
            {
                Details = args.On("details"),
                Kept = found.Kept,
            },
            cancel)
        let footer = Moments.Footer(session, moment)
        select 0;

    /// <summary>What had been written by then is what a time bounds, too.</summary>
    private static DateTimeOffset? Until(Option<DateTimeOffset> until, Moments.Moment moment) =>
        moment.Position.IsNone ? until.ToNullable()
        : until.Match(Some: time => time < moment.Clock ? time : moment.Clock, None: () => moment.Clock);

    /// <param name="Kept">Where the log of a removed container lies; null for one that is there.</param>
    private sealed record Logged(ContainerRow Row, string? Kept);

    private static EitherAsync<DomainError, Logged> Found(
        Ports ports, Session session, string name, Moments.Moment moment, CancellationToken cancel) =>
        moment.Position.IsNone
            ? Find.Container(ports, name, cancel).Map(row => new Logged(row, null))
                .Recover(error => error is DomainError.NoSuchContainer ? Some(Removed(ports, session, name, cancel)) : None)
            : from row in Find.Container(ports, name, moment.Position, cancel)
              from now in ports.Views.Containers.Keyed(Seq1(row.Id.Value), None, cancel)
              from found in now.IsEmpty ? Kept(ports, name, row, cancel) : Pipeline.Give(new Logged(row, null))
              select found;

    private static EitherAsync<DomainError, Logged> Removed(Ports ports, Session session, string name, CancellationToken cancel) =>
        from found in FindRemoved.Container(ports, name, None, cancel)
        from kept in Kept(ports, name, found.Ended.Row, cancel)
        let told = RemovedText.Tell(session, name, found)
        select kept;

    /// <summary>Its log lies with its files, as long as they are kept.</summary>
    private static EitherAsync<DomainError, Logged> Kept(Ports ports, string name, ContainerRow row, CancellationToken cancel) =>
        from place in ports.Thin.KeptAt(row.Id.Value, cancel)
        from kept in place.ToEither<DomainError>(() => new DomainError.LogNotKept(name, row.Id)).ToAsync()
        select new Logged(row, kept);

    /// <summary>Null for all; what is no number is, too, as with docker.</summary>
    private static int? Tail(string? text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var lines) && lines >= 0 ? lines : null;
}
