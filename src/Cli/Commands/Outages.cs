namespace EventDock.Cli.Commands;

using EventDock.Cli.Errors;
using EventDock.Domain.Kernel;

/// <summary>What is said while the ledger is followed: what has come so far is printed, and of each outage one line on stderr.</summary>
internal sealed class Outages(Session session)
{
    private bool lost;

    public void Flush(Option<DomainError> outage)
    {
        session.Out.Flush();
        outage.Filter(_ => !lost).IfSome(error => { session.Tell($"{ErrorText.Line(error)} (waiting for it)"); });
        lost = outage.IsSome;
    }
}
