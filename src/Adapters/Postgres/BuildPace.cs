namespace EventDock.Adapters.Postgres;

/// <summary>How a rebuild waits.</summary>
/// <param name="Patience">For another that has the lock: of one that was killed the server may need a moment to hear.</param>
/// <param name="BetweenNotes">So much work is done again, at most, after it was cut off. Each note writes down every row that is
/// open and new, to be taken away again when it ends.</param>
internal sealed record BuildPace(TimeSpan Patience, TimeSpan BetweenNotes)
{
    public static readonly BuildPace Usual = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10));
}
