namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Roots;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>Makes sure that the ledger and this root belong together, before anything is changed.</summary>
public static class OpenRoot
{
    /// <summary>Begins a new ledger; goes on with its own; refuses every other.</summary>
    /// <param name="disk">
    /// Read before the ledger was opened: what other commands append in between makes the ledger longer than the disk knows, and
    /// never the other way round.
    /// </param>
    public static EitherAsync<DomainError, Unit> Check(
        RootFiles files, StoreLock alone, DiskRoot disk, OpenLedger ledger, World world, string engine, CancellationToken cancel) =>
        RootCheck.Check(disk, Ledger(ledger), world.HostId).Match(Right: ours => ours, Left: _ => false)
            ? Done
            : alone.Take(true, cancel).Holding(() => Settle(files, ledger, world, engine, cancel));

    /// <summary>Why the check would refuse; None where it would not.</summary>
    public static Option<DomainError> Parted(DiskRoot disk, OpenLedger ledger, World world) =>
        RootCheck.Check(disk, Ledger(ledger), world.HostId).Match(Right: _ => Option<DomainError>.None, Left: Some);

    /// <summary>
    /// Looks again, alone: another command may just have begun the same root, and of several that would begin it one does.
    /// </summary>
    private static EitherAsync<DomainError, Unit> Settle(
        RootFiles files, OpenLedger ledger, World world, string engine, CancellationToken cancel) =>
        from disk in files.Read(cancel)
        from root in ledger.Views.Root(cancel)
        from head in ledger.Log.Head(cancel)
        from ours in RootCheck.Check(disk, new LedgerRoot(Id(root), head), world.HostId).ToAsync()
        from _ in ours ? Done : Begin(files, ledger, disk.RootId ?? world.NewId(), world, engine, cancel)
        select unit;

    /// <summary><c>eventdock adopt</c>: this root, as it is now, and this ledger, as it is now, go together from here on.</summary>
    public static EitherAsync<DomainError, RootAdopted> Adopt(
        RootFiles files, OpenLedger ledger, World world, CancellationToken cancel) =>
        from disk in files.Read(cancel)
        let id = world.NewId()
        let command = new AdoptLedger(id, world.HostId, world.BootId, disk.Position)
        from written in files.Write(id, world.HostId, cancel)
        from decision in ledger.Store.Decide(RootDecider.Decider, Streams.Root, command, world.Clock(), cancel)
        from appended in ledger.Store.Append(decision.Append, cancel)
        from reset in files.Reset(appended.Last, cancel)
        select (RootAdopted)decision.Facts.Head.Event;

    /// <summary>The id stands on disk before it stands in the ledger: a cut between the two is mended by the next command.</summary>
    private static EitherAsync<DomainError, Unit> Begin(
        RootFiles files, OpenLedger ledger, string id, World world, string engine, CancellationToken cancel) =>
        from written in files.Write(id, world.HostId, cancel)
        from begun in ledger.Retries.OnConflict(
            () => ledger.Store.Handle(
                RootDecider.Decider, Streams.Root, new InitializeRoot(id, world.HostId, world.BootId, engine), world.Clock(), cancel),
            cancel)
        select unit;

    private static LedgerRoot Ledger(OpenLedger ledger) => new(Id(ledger.Root), ledger.Head);

    private static string? Id(Option<RootRow> root) => root.MatchUnsafe<string?>(Some: r => r.RootId, None: () => null);
}
