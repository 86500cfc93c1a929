namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock log</c>: what has happened, newest first, each event a sentence; with --follow oldest first, and on.</summary>
public static class LogCommand
{
    /// <summary>Before what is new, so much of what was.</summary>
    private const int Before = 10;

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from filters in LogFilterFlags.Check(args).ToAsync()
        from form in LogForm.Of(args).ToAsync()
        from limit in Limit(args.Number("limit"), args.On("follow")).ToAsync()
        from fit in Fit(args).ToAsync()
        from forms in Give(EventForms.Beside())
        from now in session.Read(cancel)
        from moment in args.Has("as-of") ? Moments.AsOf(args, now, session, cancel) : Give(Moments.Now(session))
        let ports = now.AsOf(moment.Position)
        from bounds in LogBounds.Of(
            args.Text("since"), args.Text("until"), args.Arguments.HeadOrNone(), args.On("occurred"), ports, cancel)
        from wanted in LogFilterFlags.Wanted(args, filters, bounds, ports, form, limit.ToNullable(), cancel)
        from told in !args.On("follow") ? Paged(ports, session, !args.On("no-pager"), wanted, form, cancel)
            : bounds.Ends ? Fail<Unit>(new DomainError.FlagsTogether("--follow", "an end"))
            : Followed(ports, session, bounds.Begins, limit, wanted, form, cancel)
        let footer = Moments.Footer(session, moment)
        select 0;

    /// <summary>None of a listing is nothing to ask for.</summary>
    private static Either<DomainError, Option<int>> Limit(long? number, bool follow) =>
        number is null ? Right<DomainError, Option<int>>(None)
        : number >= (follow ? 0 : 1) && number <= int.MaxValue ? Some((int)number)
        : new DomainError.Invalid(
            "--limit", string.Create(CultureInfo.InvariantCulture, $"{number}"), follow ? "must be at least 0" : "must be at least 1");

    /// <summary>Lanes are drawn from the newest event downwards.</summary>
    private static Either<DomainError, Unit> Fit(ParsedArgs args) =>
        args.On("follow") && args.Has("as-of") ? new DomainError.FlagsTogether("--follow", "--as-of")
        : args.On("follow") && args.On("graph") ? new DomainError.FlagsTogether("--follow", "--graph")
        : args.On("follow") && args.Text("until") is not null ? new DomainError.FlagsTogether("--follow", "--until")
        : unit;

    private static EitherAsync<DomainError, Unit> Paged(
        Ports ports, Session session, bool paged, LogWanted wanted, LogForm form, CancellationToken cancel) =>
        Pages.Print(
            session, paged,
            (line, stop) =>
            {
                form.Header.IfSome(header => { line(header); });
                return ReadLog.NewestFirst(ports, wanted, entry => Printed(form, entry, line), stop);
            },
            cancel);

    private static Either<DomainError, Unit> Printed(LogForm form, LogEntry entry, Func<string, Unit> line) =>
        form.Lines(entry).Map(lines => lines.Fold(unit, (_, text) => line(text)));

    /// <summary>The last of what was, or all since the beginning that was named; then what comes.</summary>
    private static EitherAsync<DomainError, Unit> Followed(
        Ports ports, Session session, bool begins, Option<int> limit, LogWanted wanted, LogForm form, CancellationToken cancel)
    {
        var outages = new Outages(session);
        var before = limit.Match(Some: Some, None: () => begins ? Option<int>.None : Some(Before));
        form.Header.IfSome(header => { session.Line(header); });
        return
            from head in ports.Ledger.Log.Head(cancel)
            from last in before.Match(Some: count => Last(ports, wanted, head, count, cancel), None: () => Give(Seq<LogEntry>()))
            from shown in last.All(entry => Printed(form, entry, session.Line)).ToAsync()
            let watched = new Watched(before.IsSome ? head + 1 : wanted.Query.SincePosition ?? 1, None)
            from followed in new Follow(
                ports, watched, wanted.Query,
                (recorded, stop) => !wanted.Filters.Takes(recorded)
                    ? Done
                    : from entries in ReadLog.Entries(ports, wanted, Seq1(recorded), stop)
                      from printed in entries.All(entry => Printed(form, entry, session.Line)).ToAsync()
                      select unit,
                outages.Flush).Run(cancel)
            select followed;
    }

    /// <summary>The newest, oldest first.</summary>
    private static EitherAsync<DomainError, Seq<LogEntry>> Last(Ports ports, LogWanted wanted, long head, int count, CancellationToken cancel)
    {
        var entries = new List<LogEntry>();
        return ReadLog.NewestFirst(
            ports,
            wanted with { Query = wanted.Query with { UntilPosition = head, Limit = count } },
            entry =>
            {
                entries.Add(entry);
                return unit;
            },
            cancel).Map(_ => Enumerable.Reverse(entries).ToArray().ToSeq());
    }
}
