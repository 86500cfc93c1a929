namespace EventDock.Tests.Properties;

using EventDock.Domain.Kernel;
using EventDock.Domain.Roots;

/// <summary>Which disks and ledgers go together.</summary>
public sealed class RootCheckTests
{
    [Fact]
    public void A_new_root_begins_an_empty_ledger() => Goes(new(null, null, 0), new(null, 0), begun: false);

    [Fact]
    public void A_root_named_but_not_yet_in_the_ledger_begins_it() => Goes(new("r", "h", 0), new(null, 0), begun: false);

    [Fact]
    public void A_root_goes_on_with_its_own_ledger() => Goes(new("r", "h", 7), new("r", 7), begun: true);

    [Fact]
    public void A_ledger_that_is_longer_than_the_disk_knows_is_its_own_all_the_same() => Goes(new("r", "h", 6), new("r", 7), begun: true);

    [Fact]
    public void A_ledger_that_lost_its_end_is_refused() => Refused(new("r", "h", 8), new("r", 7));

    [Fact]
    public void An_empty_ledger_is_refused_by_a_root_that_has_seen_events() => Refused(new("r", "h", 3), new(null, 0));

    [Fact]
    public void A_second_root_is_refused() => Refused(new(null, null, 0), new("r", 7));

    [Fact]
    public void Another_roots_ledger_is_refused() => Refused(new("r2", "h", 0), new("r", 7));

    [Fact]
    public void A_root_carried_to_another_host_is_refused() => Refused(new("r", "other", 7), new("r", 7));

    private static void Goes(DiskRoot disk, LedgerRoot ledger, bool begun) =>
        Assert.Equal(begun, RootCheck.Check(disk, ledger, "h").IfLeft(e => throw new InvalidOperationException(e.ToString())));

    private static void Refused(DiskRoot disk, LedgerRoot ledger) =>
        Assert.True(RootCheck.Check(disk, ledger, "h").Match(Right: _ => false, Left: e => e is DomainError.RootMismatch));
}
