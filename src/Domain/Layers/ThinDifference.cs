namespace EventDock.Domain.Layers;

/// <summary>One line of <c>diff</c>.</summary>
/// <param name="Kind">A, C or D.</param>
/// <param name="Path">From the root, without a leading slash, as bytes.</param>
public sealed record ThinLine(string Kind, byte[] Path);

/// <summary>A thin layer against all that lies below it, now: what <c>diff</c> shows.</summary>
/// <param name="Lines">A directory before what is in it, what is gone from it last.</param>
/// <param name="Incomplete">Why it is not whole; null where it is.</param>
public sealed record ThinDifference(Seq<ThinLine> Lines, string? Incomplete);

/// <param name="Delta">What has changed since the last scan; see <see cref="ThinLayerStore"/>.</param>
public sealed record ThinLook(ThinDifference Difference, ThinLayerDelta Delta);
