namespace EventDock.Cli;

using EventDock.Cli.Errors;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// What a command does when its own work is done: it anchors, where that is due. Whether it is, says the disk; the ledger is asked
/// only then. A failure is a line on stderr and never the command's.
/// </summary>
public static class AfterWork
{
    /// <param name="failed">The command has failed: if that was the configuration's fault, it has said so itself.</param>
    public static async Task AnchorAsync(Wiring wiring, bool failed, Func<string, Unit> tell, CancellationToken cancel)
    {
        try
        {
            var done = await wiring.Reached.Match(
                Some: ledger => IfDue(wiring, ledger, failed, tell, cancel), None: () => Done).ToEither();
            done.IfLeft(error => { Warn(tell, error); });
        }
        catch (OperationCanceledException)
        {
            // Called off when its own work was done: the next command anchors.
            Warn(tell, new DomainError.Interrupted());
        }
    }

    private static EitherAsync<DomainError, Unit> IfDue(
        Wiring wiring, OpenLedger ledger, bool failed, Func<string, Unit> tell, CancellationToken cancel) =>
        from config in wiring.LedgerConfig().ToAsync().Recover(error => Some(
            from disk in wiring.Root.Read(cancel)
            // Who has only looked has added nothing that should be anchored, and is not bothered.
            from none in failed || disk.Position <= ledger.Head ? Give(LedgerConfig.Empty) : Fail<LedgerConfig>(error)
            select none))
        from done in config.Anchors.IsEmpty ? Done : OfOwn(wiring, config, ledger, tell, cancel)
        select done;

    /// <summary>A ledger that this root does not belong to is no concern of its key's.</summary>
    private static EitherAsync<DomainError, Unit> OfOwn(
        Wiring wiring, LedgerConfig config, OpenLedger ledger, Func<string, Unit> tell, CancellationToken cancel) =>
        from disk in wiring.Root.Read(cancel)
        from done in ledger.Root.Filter(r => r.RootId == disk.RootId && r.HostId == wiring.World.HostId).Match(
            Some: root =>
                from memory in wiring.Files.Memory(Checkpoint.OriginOf(root.RootId), cancel)
                from anchored in memory.IsDue(config, Math.Max(disk.Position, ledger.Head), wiring.World.Clock())
                    ? Anchoring.Run(
                        wiring.Proofs(ledger, config), whole: false,
                        (_, _, result) => result.IfLeft(error => { Warn(tell, error); }), cancel).Ignore()
                    : Done
                select anchored,
            None: () => Done)
        select done;

    private static Unit Warn(Func<string, Unit> tell, DomainError error) => tell(ErrorText.Line(error));
}
