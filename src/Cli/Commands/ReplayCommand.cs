namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Adapters.Host;
using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>eventdock replay [AFTER..UNTIL]</c>: what has happened, oldest first, at its own pace; <c>replay --into DATABASE EXPORT [UNTIL]</c>: another
/// ledger's views, as they were at a moment.
/// </summary>
public static class ReplayCommand
{
    private const decimal UsualSpeed = 60;

    /// <summary>What happened overnight is not waited for.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        args.Text("into") is { } database ? Rebuilt(args, database, session, cancel) : Told(args, session, cancel);

    private static EitherAsync<DomainError, int> Told(ParsedArgs args, Session session, CancellationToken cancel) =>
        from alone in (args.Text("key") is not null ? new DomainError.FlagNeeds("--key", "--into")
            : args.Arguments.Count > 1 ? new DomainError.FlagNeeds("a second argument", "--into")
            : Right<DomainError, Unit>(unit)).ToAsync()
        from filters in LogFilterFlags.Check(args).ToAsync()
        from speed in Speed(args.Text("speed"), Terminal.Is(1)).ToAsync()
        from ports in session.Read(cancel)
        from bounds in LogBounds.Of(null, null, args.Arguments.HeadOrNone(), args.On("occurred"), ports, cancel)
        from wanted in LogFilterFlags.Wanted(args, filters, bounds, ports, LogForm.Default, null, cancel)
        from head in ports.Ledger.Log.Head(cancel)
        let pace = new Pace(session, speed)
        from told in new Follow(
            ports,
            new Watched(wanted.Query.SincePosition ?? 1, None) { Last = Some(Math.Min(head, wanted.Query.UntilPosition ?? head)) },
            wanted.Query,
            (recorded, stop) => !wanted.Filters.Takes(recorded)
                ? Done
                : from entries in ReadLog.Entries(ports, wanted, Seq1(recorded), stop)
                  from shown in pace.Show(entries[0], stop).ToAsync()
                  select shown,
            new Outages(session).Flush).Run(cancel)
        select 0;

    /// <summary>So many times as fast as it was; 0: without pauses.</summary>
    public static Either<DomainError, decimal> Speed(string? text, bool watched) =>
        text switch
        {
            null => watched ? UsualSpeed : 0,
            "instant" => 0,
            _ when decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed) && speed is >= 0.000_001m and <= 1_000_000_000 =>
                speed,
            _ => new DomainError.Invalid("--speed", text, "must be a number from 0.000001 to 1000000000, or instant"),
        };

    /// <summary>How long to wait between what was recorded at one time and at another.</summary>
    public static TimeSpan Pause(TimeSpan between, decimal speed) =>
        speed == 0 || between <= TimeSpan.Zero ? TimeSpan.Zero
        : between.Ticks / speed >= LongestPause.Ticks ? LongestPause
        : TimeSpan.FromTicks((long)(between.Ticks / speed));

    /// <summary>Prints an event when its time has come.</summary>
    private sealed class Pace(Session session, decimal speed)
    {
        private DateTimeOffset? last;

        public async Task<Either<DomainError, Unit>> Show(LogEntry entry, CancellationToken cancel)
        {
            if (Pause(entry.Event.At - (last ?? entry.Event.At), speed) is { Ticks: > 0 } pause)
            {
                session.Out.Flush();
                await Task.Delay(pause, cancel);
            }

            last = entry.Event.At;
            return session.Line(LogForm.Line(entry));
        }
    }

    private static readonly string[] OfTelling = ["actor", "command", "container", "image", "label", "occurred", "path", "tag", "type", "speed"];

    private static EitherAsync<DomainError, int> Rebuilt(ParsedArgs args, string database, Session session, CancellationToken cancel)
    {
        var progress = new Lazy<BuildLine>(() => new BuildLine(session.Out, session.Error, session.ErrorIsTerminal));
        return
            from alone in OfTelling.ToSeq().Find(args.Has).Match(
                Some: flag => Fail<Unit>(new DomainError.FlagsTogether("--into", $"--{flag}")), None: () => Done)
            from file in args.Arguments.HeadOrNone().OrFail(() => new DomainError.FlagNeeds("--into", "an export"))
            from until in args.Arguments.Skip(1).HeadOrNone().Match(
                Some: text => MomentText.Parse("moment", text, LocalZone.At(session.Clock())).Bind(MomentOfExport.Of).Map(Some),
                None: () => Right<DomainError, Option<MomentOfExport>>(None)).ToAsync()
            from uri in LibpqUri.Parse(database).ToAsync()
            from key in args.Text("key") is { } text ? VerifierKey.Parse(text).Map(Some).ToAsync() : Give(Option<VerifierKey>.None)
            from there in Inputs.Readable(file).ToAsync()
            from ports in session.Rebuilding(uri, cancel)
            from export in Inputs.Open(file)
            from imported in ImportLedger.Until(ports, export, until, key, built => progress.Value.Show(built), cancel)
            let ended = progress.Value.End()
            let printed = session.Line(string.Create(CultureInfo.InvariantCulture, $"rebuilt up to position {imported.Position}"))
            let checkedBy = key.IsSome ? unit : session.Tell("note: signature not checked: no --key")
            select 0;
    }
}
