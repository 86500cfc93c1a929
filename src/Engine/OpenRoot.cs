namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Roots;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>Makes sure that the ledger and this root belong together, before anything is changed.</summary>
public static class OpenRoot
{
    /// <summary>Begins a new ledger; goes on with its own; refuses every other.</summary>
    /// <param name="seen">The position that stood on disk before the ledger was opened.</param>
    public static EitherAsync<DomainError, Unit> Check(
        RootFiles files, long seen, OpenLedger ledger, World world, string engine, CancellationToken cancel) =>
        from disk in files.Read(cancel)
        from begun in RootCheck.Check(disk with { Position = seen }, Ledger(ledger), world.HostId).ToAsync()
        from _ in begun && disk.RootId is not null ? Done : Begin(files, ledger, disk.RootId ?? world.NewId(), world, engine, cancel)
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

    private static LedgerRoot Ledger(OpenLedger ledger) =>
        new(ledger.Root.MatchUnsafe<string?>(Some: r => r.RootId, None: () => null), ledger.Head);
}
