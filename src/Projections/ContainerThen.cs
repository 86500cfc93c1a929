namespace EventDock.Projections;

/// <summary>What must be known of a container, as of an event that concerns it, to tell of that event in words.</summary>
/// <param name="Name">The last that it had by then.</param>
/// <param name="StartedAt">The last time that it was started by then; null where it never was.</param>
public sealed record ContainerThen(string Name, DateTimeOffset? StartedAt);
