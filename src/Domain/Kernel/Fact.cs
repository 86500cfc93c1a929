namespace EventDock.Domain.Kernel;

/// <summary>
/// An event with the time at which it happened (UTC, whole microseconds). This, and nothing the ledger adds later, is what
/// a view may be folded from: so a row is computed before the ledger's lock is taken, and a rebuild gives the same row.
/// </summary>
public sealed record Fact(DockEvent Event, DateTimeOffset Occurred)
{
    /// <summary>Cuts a clock reading to the microsecond, the finest step Postgres keeps.</summary>
    public static DateTimeOffset Micros(DateTimeOffset at) =>
        new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    public static Fact At(DateTimeOffset occurred, DockEvent happened) => new(happened, Micros(occurred));
}
