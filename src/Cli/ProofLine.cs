namespace EventDock.Cli;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>--proof-line</c>: a line on stderr that says of which position an answer is. An answer of now is computed as of the position that
/// was the last one when the command began, so that the line can say which that was.
/// </summary>
internal sealed class ProofLine
{
    private Option<Ports> ports;
    private long position;

    public static bool IsAsked(ParsedArgs args) => args.Verb.Long("proof-line") is not null && args.On("proof-line");

    /// <summary>The session with its ledger held at one position, which a command may yet set to an earlier one.</summary>
    public Session Of(Session session) => session with
    {
        Read = cancel =>
            from open in session.Read(cancel)
            // What ended unseen is recorded before, as ps would do it: what is recorded after is not seen any more.
            from settled in open.Ledger.Root.IsSome ? Reconcile.Run(open, cancel) : Done
            from head in open.Ledger.Log.Head(cancel)
            select Held(open.AsOf(head), head),
        Answered = At,
    };

    public EitherAsync<DomainError, Unit> Tell(Session session, CancellationToken cancel) => ports.Match(
        Some: open => AnswerProof.Of(open, position, cancel).Map(standing => session.Tell(Text(standing))),
        None: () => Done);

    private Ports Held(Ports held, long head)
    {
        ports = Some(held);
        At(head);
        return held;
    }

    private Unit At(long answered)
    {
        position = answered;
        return unit;
    }

    internal static string Text(AnswerStanding standing) => string.Create(
        CultureInfo.InvariantCulture,
        $"as of #{standing.Position}{standing.Last.Match(Some: e => Of(e, standing), None: () => ": nothing had been recorded")}");

    private static string Of(Recorded<DockEvent> last, AnswerStanding standing) =>
        (last.Position == standing.Position
            ? $" ({Rfc3339.Micros(last.At)}), "
            : string.Create(CultureInfo.InvariantCulture, $": the last event of EventDock's is #{last.Position} ({Rfc3339.Micros(last.At)}), "))
        + standing.Leaf.Match(
            Some: leaf => $"leaf {MerkleTree.Leaf(leaf.Line)}, {standing.Checkpoint.Match(Some: Signed, None: () => "in no checkpoint yet")}",
            None: () => "its leaf is missing");

    private static string Signed(SignedCheckpoint signed) => string.Create(
        CultureInfo.InvariantCulture,
        $"checkpoint {signed.Checkpoint.Size} {signed.Checkpoint.Root} signed by {string.Join(", ", signed.Note.Signatures.Map(s => TerminalText.Escape(s.Name)))}");
}
