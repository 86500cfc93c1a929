namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>eventdock ledger export</c>: three lines an event, each of which holds what was hashed (docs/verify.md), and at the end a
/// line that says what the whole is, with a signed checkpoint. Who does not see that line has half an export.
/// </summary>
public static class Export
{
    /// <param name="write">Is given each line, without its newline.</param>
    public static EitherAsync<DomainError, Unit> Run(
        ProofPorts ports, long first, Option<long> to, Func<string, Unit> write, CancellationToken cancel) =>
        from head in ports.Ledger.Log.Head(cancel)
        let last = to.IfNone(head)
        from there in first >= 1 && first <= last && last <= head ? Done : Fail<Unit>(new DomainError.NoSuchPosition(Math.Max(first, last), head))
        // Compares the whole ledger with every checkpoint that this root remembers: what contradicts one is not signed.
        from newest in Checkpoints.Make(ports, whole: true, cancel)
        from bounds in ports.Ledger.Auditor.Bounds(cancel)
        from start in ports.Ledger.Auditor.Before(first, cancel)
        let before = start.Tree.Nodes
        let walk = new Walk(start, write)
        from written in ports.Ledger.Exporter.Rows(first, last, walk.Take, cancel)
        from sound in walk.Broken.Match(
            Some: position => Fail<Unit>(new DomainError.LedgerUnreadable(
                position, "its link in the chain is another (eventdock ledger verify says more)")),
            None: () => Done)
        let strangers = bounds.Strangers.Where(p => p >= first && p <= last).Order().ToSeq().Strict()
        from whole in walk.Count + strangers.Count == last - first + 1
            ? Done
            : Fail<Unit>(new DomainError.LedgerUnreadable(last, "leaves are missing (eventdock ledger verify says more)"))
        from signed in newest.Checkpoint.Size == walk.Tree.Size && newest.Checkpoint.Root == walk.Tree.Root
            ? Give(newest)
            : from key in ports.Key(cancel)
              from made in Checkpoints.Sign(ports, key, walk.Tree, cancel)
              select made
        select write(new ExportTrailer(before, walk.Chain, start.Chain, signed, strangers, first, last).ToString());

    /// <summary>Writes, and follows tree and chain on the way.</summary>
    private sealed class Walk(AuditStart start, Func<string, Unit> write)
    {
        public Frontier Tree { get; } = start.Tree;

        public TreeHash Chain { get; private set; } = start.Chain;

        public long Count { get; private set; }

        public Option<long> Broken { get; private set; }

        public Unit Take(ExportedEvent exported)
        {
            Tree.Add(exported.Hash);
            Chain = LedgerChain.Next(Chain, exported.Hash);
            Count++;
            if (Chain != exported.Chain && Broken.IsNone)
            {
                Broken = exported.Position;
            }

            write(exported.Line);
            write(ExportLine.Of("headers", exported.Headers));
            return write(ExportLine.Of("data", exported.Data));
        }
    }
}
