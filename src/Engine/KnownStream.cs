namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using static EventDock.Engine.Pipeline;

/// <summary>
/// A stream whose standing is known, since this command has just made it or added to it: what follows is decided on that, and the stream is
/// read only where another has been at it since.
/// </summary>
internal static class KnownStream
{
    /// <summary>One that there is not yet.</summary>
    public static Decision<TState> None<TCommand, TState, TEvent>(Decider<TCommand, TState, TEvent> decider, string stream) =>
        new(stream, 0, decider.Initial, Seq<Fact>());

    /// <summary>Decided and appended; how it stands then.</summary>
    public static EitherAsync<DomainError, Decision<TState>> Add<TCommand, TState, TEvent>(
        Ports ports, Decider<TCommand, TState, TEvent> decider, Decision<TState> known, TCommand command, DateTimeOffset at,
        CancellationToken cancel) where TEvent : DockEvent =>
        known.Then(decider, command, at).ToAsync().Bind(decided => Appended(ports, decided, cancel))
            .Recover(error => error is DomainError.Conflict
                ? Some(Add(ports, decider, known.Stream, command, at, cancel))
                : Option<EitherAsync<DomainError, Decision<TState>>>.None);

    /// <summary>The same for one that has to be read first; decided again where another was first.</summary>
    public static EitherAsync<DomainError, Decision<TState>> Add<TCommand, TState, TEvent>(
        Ports ports, Decider<TCommand, TState, TEvent> decider, string stream, TCommand command, DateTimeOffset at,
        CancellationToken cancel) where TEvent : DockEvent =>
        ports.Again(
            () => ports.Store.Decide(decider, stream, command, at, cancel).Bind(decided => Appended(ports, decided, cancel)), cancel);

    private static EitherAsync<DomainError, Decision<TState>> Appended<TState>(Ports ports, Decision<TState> decided, CancellationToken cancel) =>
        from appended in decided.Facts.IsEmpty ? Done : ports.Store.Append(decided.Append, cancel).Ignore()
        select decided.Appended;
}
