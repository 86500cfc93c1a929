namespace EventDock.Adapters.Host;

using EventDock.Domain.Ledger;

/// <summary>The time zone that the command runs in: TZ, or the host's.</summary>
public static class LocalZone
{
    public static LocalClock At(DateTimeOffset now)
    {
        var zone = TimeZoneInfo.Local;
        return new LocalClock(
            TimeZoneInfo.ConvertTime(now, zone),
            local => zone.IsInvalidTime(local) ? Seq<TimeSpan>()
                : zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).OrderDescending().ToSeq().Strict()
                : Seq1(zone.GetUtcOffset(local)));
    }
}
