namespace EventDock.Domain.Kernel;

/// <summary>What of an event is gone, and who has taken it out, the last time something was.</summary>
/// <param name="Headers">The position of the Redacted that took out the headers; null while they are there.</param>
/// <param name="Data">Likewise of the data.</param>
/// <param name="Reason">As it was given.</param>
/// <param name="By">Who gave it.</param>
public sealed record Redaction(long? Headers, long? Data, string Reason, Actor By);

/// <summary>Stands for an event whose data are gone. It is never stored, and no fold and no decider is given it.</summary>
public sealed record DataRedacted(EventKind Kind) : DockEvent;
