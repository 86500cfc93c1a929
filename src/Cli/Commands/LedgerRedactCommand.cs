namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock ledger redact POSITION… --reason TEXT [--headers] [--data]</c></summary>
public static class LedgerRedactCommand
{
    /// <summary>So many positions are named; a build's command may have thousands of events.</summary>
    private const int Most = 100;

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from positions in args.Arguments.Distinct().ToSeq().All(Position).ToAsync()
        from reason in args.Text("reason") is { } text && !string.IsNullOrWhiteSpace(text)
            ? Give(text)
            : Fail<string>(new DomainError.Invalid("--reason", args.Text("reason") ?? "", "say why: it stays in the ledger"))
        from ledger in session.Redacting(cancel)
        let progress = new BuildLine(session.Out, session.Error, session.ErrorIsTerminal)
        from done in Redact.Run(ledger, new RedactRequest(positions, Parts(args), reason), session.Clock, progress.Show, cancel)
        let ended = progress.End()
        let printed = session.Print(string.Concat(done.Events.Map(Line)))
        let told = done.Alike.IsEmpty ? unit : session.Tell(
            $"note: headers of the same command are still there at {Listed(done.Alike)}")
        let left = done.Anew ? unit : session.Tell(
            "note: the free space of the database's files may still hold some of it (docs/limits.md)")
        select 0;

    private static Either<DomainError, long> Position(string text) =>
        Moments.Position(text).Match(
            Some: position => Right<DomainError, long>(position),
            None: () => new DomainError.Invalid("position", text, "must be a position (1234 or '#1234')"));

    /// <summary>What must go is as often in the command line as in the data: both, unless one is named.</summary>
    private static EventParts Parts(ParsedArgs args) =>
        (args.On("headers"), args.On("data")) switch
        {
            (true, false) => EventParts.Headers,
            (false, true) => EventParts.Data,
            _ => EventParts.Both,
        };

    private static string Line(RedactedEvent e) =>
        e.At.Match(
            Some: at => $"redacted {string.Join(" and ", e.Parts)} of position {Number(e.Position)} (recorded at {Number(at)})\n",
            None: () => $"position {Number(e.Position)} was redacted before\n");

    private static string Listed(Seq<long> positions) =>
        string.Join(' ', positions.Take(Most).Map(Number)) + (positions.Count > Most ? $" and {positions.Count - Most} more" : "");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
