namespace EventDock.Domain.Store;

using EventDock.Domain.Kernel;

/// <summary>A prune has removed something; what, the removals' own events say. Stream: <c>prune-{id}</c>.</summary>
/// <param name="What">container, image or builder: docker's word for layers that nothing stands on.</param>
/// <param name="Reclaimed">Bytes, as they were recorded.</param>
public sealed record StorePruned(string What, ByteCount Reclaimed) : DockEvent;
