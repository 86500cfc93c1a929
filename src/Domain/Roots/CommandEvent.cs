namespace EventDock.Domain.Roots;

using EventDock.Domain.Kernel;

/// <summary>A command that would have changed something was refused. Stream: <c>command-{id}</c>; never on the thing itself.</summary>
/// <param name="Verb">e.g. rm.</param>
/// <param name="Reason">The case of the error, e.g. ImageInUse.</param>
/// <param name="Text">The line that was shown.</param>
public sealed record CommandRefused(string Verb, string Reason, string Text) : DockEvent;

/// <summary>
/// What a command has done has been undone, by the command in the headers, whose further events say how. Stream: <c>command-{id}</c>, of the
/// command that has been undone.
/// </summary>
/// <param name="Command">Its id: a UUID.</param>
/// <param name="Position">Of its last event.</param>
public sealed record CommandUndone(string Command, ByteCount Position) : DockEvent;
