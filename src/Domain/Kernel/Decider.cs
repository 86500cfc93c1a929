namespace EventDock.Domain.Kernel;

/// <summary>What may happen to one kind of thing, and what it is after it has happened.</summary>
/// <param name="Decide">Three answers only: events, none (it is already so), or a refusal.</param>
/// <param name="Evolve">Never refuses: what is in the ledger has happened.</param>
public sealed record Decider<TCommand, TState, TEvent>(
    TState Initial,
    Func<TCommand, TState, Either<DomainError, Seq<TEvent>>> Decide,
    Func<TState, TEvent, TState> Evolve)
{
    public TState Fold(Seq<TEvent> history) => history.Fold(Initial, Evolve);
}
