namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>Takes parts of the event at a position out of the ledger.</summary>
public sealed record RedactEvent(long Position, EventParts Parts, string Reason);

/// <summary>What is gone of one event. What is gone once does not go again, and never comes back.</summary>
public static class RedactionDecider
{
    public static readonly Decider<RedactEvent, EventParts, Redacted> Decider = new(EventParts.None, Decide, Evolve);

    public static Either<DomainError, Seq<Redacted>> Decide(RedactEvent command, EventParts gone) =>
        (command.Parts & ~gone, string.IsNullOrWhiteSpace(command.Reason)) switch
        {
            (EventParts.None, _) => Right(Seq<Redacted>()),
            (_, true) => new DomainError.Invalid("reason", command.Reason, "it must say why, since it stays in the ledger"),
            var (left, _) => Right(Seq1(new Redacted(command.Position, left.Names(), command.Reason))),
        };

    public static EventParts Evolve(EventParts gone, Redacted happened) => gone | EventPartNames.Of(happened.Parts);
}
