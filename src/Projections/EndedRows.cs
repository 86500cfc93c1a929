namespace EventDock.Projections;

using EventDock.Domain.Kernel;

/// <summary>A row that has ended and has no successor: something that has been removed, as it was before that.</summary>
/// <param name="Position">Of the event that ended it.</param>
/// <param name="At">When that was recorded.</param>
public sealed record Ended<TRow>(TRow Row, long Position, DateTimeOffset At);

/// <summary>Which rows that have ended are asked for.</summary>
/// <param name="AsOf">Those that had ended by then and had not come again; None: by now.</param>
public sealed record EndedQuery(Option<long> AsOf)
{
    /// <summary>These keys; empty for any.</summary>
    public Seq<string> Keys { get; init; } = Seq<string>();

    /// <summary>The beginning of the key; empty for any.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Of containers: the last name; empty for any.</summary>
    public string Name { get; init; } = "";
}

/// <summary>The rows of one view that have ended, the last one first.</summary>
public sealed record EndedReader<TRow>(Func<EndedQuery, CancellationToken, EitherAsync<DomainError, Seq<Ended<TRow>>>> Find);
