namespace EventDock.Cli.Commands;

using EventDock.Cli.Errors;
using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;

/// <summary><c>eventdock ledger anchor</c>: what came of each target on stderr; 1 where one failed.</summary>
public static class LedgerAnchorCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from config in session.Config().ToAsync()
        from code in config.Anchors.IsEmpty
            ? args.On("due")
                ? Pipeline.Give(0)
                : Pipeline.Fail<int>(new DomainError.Invalid("configuration", "anchor", "no place to anchor at is configured"))
            : Anchor(args.On("due"), session, cancel)
        select code;

    private static EitherAsync<DomainError, int> Anchor(bool onlyDue, Session session, CancellationToken cancel) =>
        from ports in session.Proofs(cancel)
        from key in ports.Key(cancel)
        from memory in ports.Files.Memory(key.Name, cancel)
        from head in ports.Tree.Size(cancel)
        from failed in onlyDue && !memory.IsDue(ports.Config, head, ports.Clock())
            ? Pipeline.Give(0)
            : Anchoring.Run(ports, whole: true, (target, checkpoint, result) => Tell(session, target, checkpoint, result), cancel)
        select failed == 0 ? 0 : 1;

    private static Unit Tell(Session session, AnchorTarget target, Checkpoint checkpoint, Either<DomainError, Unit> result) =>
        session.Tell(result.Match(
            Right: _ => Output.TerminalText.Escape($"anchored up to {checkpoint.Size}: {target.Name}"),
            Left: ErrorText.Line));
}
