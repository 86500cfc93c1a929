namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>What has become of a name that somebody gave a moment. Stream: <c>bookmark-{name}</c>.</summary>
public abstract record BookmarkEvent(string Name) : DockEvent;

/// <summary>The name means this position from here on, whatever it meant before.</summary>
public sealed record BookmarkSet(string Name, ByteCount Position) : BookmarkEvent(Name);

/// <summary>The name means nothing any more.</summary>
public sealed record BookmarkRemoved(string Name) : BookmarkEvent(Name);
