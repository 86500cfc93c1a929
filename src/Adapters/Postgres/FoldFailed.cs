namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>
/// A fold of a view has thrown: a bug in that fold. It passes through the workers of a rebuild as any failure of theirs does, so
/// that the others are called off, and is told as a value at the end.
/// </summary>
internal sealed class FoldFailed(AnyProjection view, long position, DockEvent happened, Exception cause)
    : Exception(cause.Message, cause)
{
    public DomainError Error { get; } = new DomainError.ViewUnfoldable(
        view.Name, position,
        EventCodec.Kinds.Find(k => k.Name == EventCodec.NameOf(happened)).Map(k => k.Alias).IfNone(happened.GetType().Name),
        $"{cause.GetType().Name}: {cause.Message}");

    public static Seq<string> Keys(AnyProjection view, long position, DockEvent happened)
    {
        try
        {
            return view.Keys(happened);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new FoldFailed(view, position, happened, e);
        }
    }

    public static object? Apply(AnyProjection view, object? row, long position, Fact fact)
    {
        try
        {
            return view.Apply(row, fact);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new FoldFailed(view, position, fact.Event, e);
        }
    }
}
