namespace EventDock.Cli.Commands;

using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock events</c>: docker's events, out of the ledger; all since the beginning, if that is asked for.</summary>
public static class EventsCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from filters in EventFilterFlags.Parse(args.All("filter")).ToAsync()
        from form in Form(args.Text("format")).ToAsync()
        from ends in args.On("proof-line") && !args.Has("as-of") ? Fail<Unit>(new DomainError.FlagNeeds("--proof-line", "--as-of")) : Done
        from now in session.Read(cancel)
        from moment in Moments.AsOf(args, now, session, cancel)
        let ports = now.AsOf(moment.Position)
        from since in Moments.Instant("since", args.Text("since"), ports, session, cancel)
        from until in Moments.Instant("until", args.Text("until"), ports, session, cancel)
        // Those that ended unseen are told of at once, and not when the next command finds them.
        from settled in moment.Position.IsNone && ports.Ledger.Root.IsSome ? Reconcile.Run(ports, cancel) : Done
        from first in First(ports, since, until.IsSome || moment.Position.IsSome, cancel)
        from last in until.Filter(_ => moment.Position.IsSome).Match(
            Some: time => ports.Views.At(time, cancel).Map(at => Some(at.Position)), None: () => Give(moment.Position))
        from code in Told(ports, session, new Watched(first, until) { Last = last }, filters, form, cancel).ToAsync()
        let footer = Moments.Footer(session, moment)
        select code;

    /// <summary>docker's rule: without a beginning it is now, or with an end alone the very first.</summary>
    private static EitherAsync<DomainError, long> First(
        Ports ports, Option<DateTimeOffset> since, bool ends, CancellationToken cancel) =>
        since.Match(
            Some: time => ports.Views.At(time.AddTicks(-TimeSpan.TicksPerMicrosecond), cancel).Map(at => at.Position + 1),
            None: () => ends ? Give(1L) : ports.Ledger.Log.Head(cancel).Map(head => head + 1));

    private static Either<DomainError, Func<DockerEvent, Either<DomainError, string>>> Form(string? format)
    {
        var fit = Terminal.Is(1);
        return string.IsNullOrEmpty(format) ? Right<DomainError, Func<DockerEvent, Either<DomainError, string>>>(
                e => EventText.Line(e, TimeZoneInfo.Local))
            : format is "json" || format.Replace(" ", "", StringComparison.Ordinal) == "{{json.}}"
                ? Right<DomainError, Func<DockerEvent, Either<DomainError, string>>>(e => EventText.Json(e))
            : InfoCommand.Template(format).Map<Func<DockerEvent, Either<DomainError, string>>>(
                template => e => template.Render(EventText.Row(e)).Map(text => fit ? TerminalText.EscapeLines(text) : text));
    }

    private static async Task<Either<DomainError, int>> Told(
        Ports ports, Session session, Watched watched, EventFilters filters, Func<DockerEvent, Either<DomainError, string>> form,
        CancellationToken cancel)
    {
        // A template that an event does not fit ends the command: the next one would fare no better.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Option<DomainError> wrong = None;
        var outages = new Outages(session);
        try
        {
            var ended = await new Watch(ports, watched, Each, outages.Flush).Run(stop.Token).ToEither();
            return wrong.Match(Some: Left<DomainError, int>, None: () => ended.Map(_ => 0));
        }
        catch (OperationCanceledException)
        {
            return wrong.Match(Some: Left<DomainError, int>, None: () => new DomainError.Interrupted());
        }

        Unit Each(DockerEvent e)
        {
            if (filters.Takes(e) && wrong.IsNone)
            {
                form(e).Match(Right: text => { session.Line(text); }, Left: error =>
                {
                    wrong = Some(error);
                    stop.Cancel();
                });
            }

            return unit;
        }
    }
}
