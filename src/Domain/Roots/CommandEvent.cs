namespace EventDock.Domain.Roots;

using EventDock.Domain.Kernel;

/// <summary>A command that would have changed something was refused. Stream: <c>command-{id}</c>; never on the thing itself.</summary>
/// <param name="Verb">e.g. rm.</param>
/// <param name="Reason">The case of the error, e.g. ImageInUse.</param>
/// <param name="Text">The line that was shown.</param>
public sealed record CommandRefused(string Verb, string Reason, string Text) : DockEvent;
