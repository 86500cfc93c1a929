namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock ledger seal --before TIME|POSITION [--drop]</c></summary>
public static class LedgerSealCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from text in args.Text("before") is { } given
            ? Give(given)
            : Fail<string>(new DomainError.Invalid("--before", "", "say up to where: a time or a position"))
        from asked in Asked(text, session.Clock()).ToAsync()
        from ports in session.Proofs(cancel)
        from before in asked.Match(
            Right: position => Give(position),
            Left: time => ports.Ledger.Views.At(time, cancel).Map(at => at.Position + 1))
        from done in Seal.Run(
            ports, new SealRequest(before, args.On("drop")), segment => session.Line(Line("sealed", segment)), cancel)
        let printed = session.Print(string.Concat(done.Dropped.Map(s => Line("dropped", s) + "\n")))
        let told = done.Written.IsEmpty && done.Dropped.IsEmpty ? session.Tell("nothing is left to seal before that") : unit
        let kept = done.Dropped.IsEmpty
            ? unit
            : session.Tell("note: these files alone hold what the events were; a db backup does not have them (docs/backup.md)")
        select 0;

    private static Either<DomainError, Either<DateTimeOffset, long>> Asked(string text, DateTimeOffset now) =>
        Moments.Position(text).Match(
            Some: position => Right<DomainError, Either<DateTimeOffset, long>>(position),
            None: () => Moments.Time("--before", text, now).Bind(time => time.ToEither<DomainError>(() =>
                new DomainError.Invalid("--before", text, "must be a time or a position"))).Map(time => (Either<DateTimeOffset, long>)time));

    private static string Line(string what, Segment segment) => string.Create(
        CultureInfo.InvariantCulture, $"{what} positions {segment.First} to {segment.Last}  {segment.File}  {Human.Size(segment.Bytes.Value)}");
}
