namespace EventDock.Domain.Kernel;

/// <summary>One stream, folded: its version, its state, and what a command has decided to add.</summary>
public sealed record Decision<TState>(string Stream, long Version, TState State, Seq<Fact> Facts)
{
    /// <summary>As the stream stands once that has been appended.</summary>
    public Decision<TState> Appended => this with { Version = Version + Facts.Count, Facts = Seq<Fact>() };

    public Append Append => new(Facts.IsEmpty ? Seq<StreamAppend>() : Seq1(new StreamAppend(Stream, Version, Facts)), Seq<Guard>());
}

/// <summary>Load, fold, decide, append: the only way an event comes to be.</summary>
public static class CommandHandling
{
    /// <summary>Load, fold, decide; what is decided is appended by the caller, with other streams' decisions if there are any.</summary>
    public static EitherAsync<DomainError, Decision<TState>> Decide<TCommand, TState, TEvent>(
        this EventStore store, Decider<TCommand, TState, TEvent> decider, string stream, TCommand command,
        DateTimeOffset occurred, CancellationToken cancel) where TEvent : DockEvent =>
        from past in store.Past(stream, cancel)
        from decision in past.Decide(decider, stream, command, occurred).ToAsync()
        select decision;

    /// <summary>Fold, decide, for who has loaded the stream already.</summary>
    public static Either<DomainError, Decision<TState>> Decide<TCommand, TState, TEvent>(
        this StreamPast past, Decider<TCommand, TState, TEvent> decider, string stream, TCommand command, DateTimeOffset occurred)
        where TEvent : DockEvent => past.Standing(decider, stream).Then(decider, command, occurred);

    /// <summary>As a stream that has been loaded stands, with nothing decided yet.</summary>
    public static Decision<TState> Standing<TCommand, TState, TEvent>(
        this StreamPast past, Decider<TCommand, TState, TEvent> decider, string stream) where TEvent : DockEvent =>
        new(stream, past.Version, decider.Fold(past.Events.Map(e => (TEvent)e.Event)), Seq<Fact>());

    /// <summary>A further command for the same stream, on what has been decided so far; both are appended in one transaction.</summary>
    public static Either<DomainError, Decision<TState>> Then<TCommand, TState, TEvent>(
        this Decision<TState> decision, Decider<TCommand, TState, TEvent> decider, TCommand command, DateTimeOffset occurred)
        where TEvent : DockEvent =>
        decider.Decide(command, decision.State).Map(events => new Decision<TState>(
            decision.Stream, decision.Version + decision.Facts.Count, events.Fold(decision.State, decider.Evolve),
            events.Map(e => Fact.At(occurred, e))));

    /// <summary>Load, fold, decide, append, for a command that concerns one stream.</summary>
    public static EitherAsync<DomainError, TState> Handle<TCommand, TState, TEvent>(
        this EventStore store, Decider<TCommand, TState, TEvent> decider, string stream, TCommand command,
        DateTimeOffset occurred, CancellationToken cancel) where TEvent : DockEvent =>
        from decision in store.Decide(decider, stream, command, occurred, cancel)
        from _ in decision.Facts.IsEmpty
            ? RightAsync<DomainError, Appended>(new Appended(0, 0))
            : store.Append(decision.Append, cancel)
        select decision.State;
}
