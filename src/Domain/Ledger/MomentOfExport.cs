namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>Up to where an export is meant: a position, or a time by which events were recorded. One of the two is null.</summary>
public sealed record MomentOfExport
{
    private MomentOfExport(long? position, DateTimeOffset? time) => (Position, Time) = (position, time);

    public long? Position { get; }

    public DateTimeOffset? Time { get; }

    /// <summary>Error: NoMomentOfExport.</summary>
    public static Either<DomainError, MomentOfExport> Of(Moment moment) => moment switch
    {
        Moment.At m => new MomentOfExport(m.Position, null),
        Moment.Time m => new MomentOfExport(null, m.Instant),
        _ => new DomainError.NoMomentOfExport(),
    };

    public bool Covers(LeafFields leaf) => Position is { } last ? leaf.Position <= last : leaf.Recorded <= Time;
}
