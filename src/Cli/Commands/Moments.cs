namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>Moments on the command line: what is typed, and by which clock it is read.</summary>
public static class Moments
{
    /// <summary>A moment in the ledger.</summary>
    /// <param name="Position">None: now.</param>
    /// <param name="Clock">The time that ages are counted to.</param>
    /// <param name="Late">Events that the answer has otherwise than the clock that was asked for.</param>
    public sealed record Moment(Option<long> Position, DateTimeOffset Clock, long Late)
    {
        /// <summary>By when things happened, not by when they were recorded.</summary>
        public bool Occurred { get; init; }
    }

    public static Moment Now(Session session) => new(None, session.Clock(), 0);

    /// <summary>The moment that --as-of names (and --occurred reads); now, where it is not given.</summary>
    public static EitherAsync<DomainError, Moment> AsOf(ParsedArgs args, Ports ports, Session session, CancellationToken cancel) =>
        (args.Text("as-of"), args.On("occurred")) switch
        {
            (null, true) => Fail<Moment>(new DomainError.FlagNeeds("--occurred", "--as-of")),
            (null, false) => Give(Now(session)),
            ({ } text, var occurred) =>
                from named in MomentText.Parse("--as-of", text, ports.World.Wall()).ToAsync()
                from thing in named is Domain.Ledger.Moment.Before && (args.Arguments.Count == 1 || OfOneFile(args.Verb))
                    ? CountedThing.Of(ports, args.Arguments[0], Kinds(args.Verb), cancel)
                    : Give(Option<Counted>.None)
                from found in FindMoment.At(ports, named, occurred, thing, cancel)
                let told = session.Answered(found.Position)
                select new Moment(Some(found.Position), found.Clock, found.Late) { Occurred = occurred },
        };

    /// <summary>Its second argument is no second thing.</summary>
    private static bool OfOneFile(VerbGrammar verb) => verb.Name is "why" or "blame";

    /// <summary>What the one argument of a verb is, or the first one of those that take a path.</summary>
    private static ThingKinds Kinds(VerbGrammar verb) => verb.Arguments.Split(' ', '[')[0] switch
    {
        "CONTAINER" => ThingKinds.Container,
        "IMAGE" or "TAG" => ThingKinds.Image,
        "NAME|ID" or "CONTAINER|IMAGE|LAYER" or "CONTAINER|IMAGE" => ThingKinds.Container | ThingKinds.Image,
        _ => ThingKinds.None,
    };

    /// <summary>A time as docker takes it or, where it is none, the time of any moment of the ledger.</summary>
    public static EitherAsync<DomainError, Option<DateTimeOffset>> Instant(
        string flag, string? text, Ports ports, Session session, CancellationToken cancel) =>
        text is null
            ? Give(Option<DateTimeOffset>.None)
            : TimeText.Parse(text, session.Clock(), TimeZoneInfo.Local.GetUtcOffset).Match(
                Some: time => Give(Some(time)),
                None: () =>
                    from named in MomentText.Parse(flag, text, ports.World.Wall()).ToAsync()
                    from found in FindMoment.At(ports, named, occurred: false, None, cancel)
                    select Some(found.Clock));

    /// <summary>The line that says what an answer as of a time cannot show; told on stderr.</summary>
    public static Unit Footer(Session session, Moment moment) =>
        moment.Late == 0
            ? unit
            : session.Tell(moment.Occurred
                ? $"{Events(moment.Late)} that happened only later {Were(moment.Late)} recorded before the last of them, and counted"
                : $"{Events(moment.Late)} that had happened by then {Were(moment.Late)} recorded only later and not counted");

    private static string Events(long count) => string.Create(CultureInfo.InvariantCulture, $"{count} event{(count == 1 ? "" : "s")}");

    private static string Were(long count) => count == 1 ? "was" : "were";

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
}
