namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;

/// <summary><c>eventdock ledger key</c>: whom an auditor is to trust, as <c>--key</c> takes it.</summary>
public static class LedgerKeyCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Proofs(cancel)
        from key in ports.Key(cancel)
        let printed = session.Line(key.Text)
        select 0;
}
