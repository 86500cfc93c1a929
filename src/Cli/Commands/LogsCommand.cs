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
        from ports in session.Read(cancel)
        from since in Moments.Instant("--since", args.Text("since"), ports, session, cancel)
        from until in Moments.Instant("--until", args.Text("until"), ports, session, cancel)
        from found in Find.Container(ports, args.Arguments[0], cancel).Map(row => (Row: row, Kept: (string?)null))
            .Recover(error => error is DomainError.NoSuchContainer ? Some(Removed(ports, session, args.Arguments[0], cancel)) : None)
        let row = found.Row
        from kept in row.Settings.More.LogDriver == LogDrivers.None
            ? Pipeline.Fail<LanguageExt.Unit>(new DomainError.NothingLogged(row.Id.Value))
            : Pipeline.Done
        from _ in ports.Runtime.Logs(
            new LogSpec(row.Id, args.On("follow"), Tail(args.Text("tail")), since.ToNullable(), until.ToNullable(), args.On("timestamps"))
            {
                Details = args.On("details"),
                Kept = found.Kept,
            },
            cancel)
        select 0;

    /// <summary>Its log lies with its files, as long as they are kept.</summary>
    private static EitherAsync<DomainError, (ContainerRow Row, string? Kept)> Removed(
        Ports ports, Session session, string name, CancellationToken cancel) =>
        from found in FindRemoved.Container(ports, name, None, cancel)
        from place in ports.Thin.KeptAt(found.Ended.Row.Id.Value, cancel)
        from kept in place.ToEither<DomainError>(() => new DomainError.LogNotKept(name, found.Ended.Row.Id)).ToAsync()
        let told = RemovedText.Tell(session, name, found)
        select (found.Ended.Row, (string?)kept);

    /// <summary>Null for all; what is no number is, too, as with docker.</summary>
    private static int? Tail(string? text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var lines) && lines >= 0 ? lines : null;
}
