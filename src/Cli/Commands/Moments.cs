namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>How a moment is named on the command line: an RFC 3339 time, or a position (1234 or '#1234').</summary>
public static class Moments
{
    /// <summary>A moment in the ledger.</summary>
    /// <param name="Position">None: now.</param>
    /// <param name="Clock">The time that ages are counted to.</param>
    public sealed record Moment(Option<long> Position, DateTimeOffset Clock, long Late);

    /// <summary>Finds the moment that --as-of names.</summary>
    public static EitherAsync<DomainError, Moment> AsOf(string? text, Ports ports, Session session, CancellationToken cancel) =>
        text is null
            ? Pipeline.Give(new Moment(None, session.Clock(), 0))
            : Position(text).Match(
                Some: position => AtPosition(text, position, ports, cancel),
                None: () => Rfc3339.Parse(text).Match(
                    Some: time => AtTime(text, time, ports, session, cancel),
                    None: () => Pipeline.Fail<Moment>(new DomainError.Invalid(
                        "--as-of", text, "must be an RFC 3339 time (2026-11-20T14:05:00Z) or a position (1234 or '#1234')"))));

    /// <summary>The line that says what an answer as of a time cannot show; told on stderr.</summary>
    public static Unit Footer(Session session, Moment moment) =>
        moment.Late == 0
            ? unit
            : session.Tell($"{moment.Late} event{(moment.Late == 1 ? "" : "s")} that had happened by then {(moment.Late == 1 ? "was" : "were")} recorded only later and not counted");

    /// <summary>A time as docker's client takes it: see <see cref="TimeText"/>.</summary>
    public static Either<DomainError, Option<DateTimeOffset>> Time(string flag, string? text, DateTimeOffset now) =>
        text is null ? Right<DomainError, Option<DateTimeOffset>>(None)
        : TimeText.Parse(text, now, TimeZoneInfo.Local.GetUtcOffset).Match<Either<DomainError, Option<DateTimeOffset>>>(
            Some: time => Some(time),
            None: () => new DomainError.Invalid(flag, text, "must be an RFC 3339 time, a span such as 42m, or seconds since 1970"));

    /// <summary>A position, where the text is one.</summary>
    public static Option<long> Position(string text) =>
        long.TryParse(text.StartsWith('#') ? text[1..] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? Some(position)
            : None;

    private static EitherAsync<DomainError, Moment> AtPosition(string text, long position, Ports ports, CancellationToken cancel) =>
        from head in ports.Ledger.Log.Head(cancel)
        from there in position >= 1 && position <= head
            ? Pipeline.Done
            : Pipeline.Fail<Unit>(new DomainError.Invalid("--as-of", text, $"the log has positions 1 to {head}"))
        from time in RecordedAt(ports, position, cancel)
        select new Moment(Some(position), time, 0);

    private static EitherAsync<DomainError, Moment> AtTime(
        string text, DateTimeOffset time, Ports ports, Session session, CancellationToken cancel) =>
        from past in time <= session.Clock()
            ? Pipeline.Done
            : Pipeline.Fail<Unit>(new DomainError.Invalid("--as-of", text, "is in the future"))
        from at in ports.Views.At(time, cancel)
        select new Moment(Some(at.Position), time, at.Late);

    private static EitherAsync<DomainError, DateTimeOffset> RecordedAt(Ports ports, long position, CancellationToken cancel)
    {
        var time = DateTimeOffset.UnixEpoch;
        return ports.Ledger.Log.Read(
            new LogQuery(Seq<string>(), Seq<string>(), Seq<string>(), null, null, position, position, 1),
            recorded =>
            {
                time = recorded.At;
                return unit;
            },
            cancel).Map(_ => time);
    }
}
