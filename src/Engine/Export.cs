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
        from end in Part(ports, new Portion(newest, bounds, start, first, last), e => Lines(e).Iter(line => write(line)), cancel)
        select write(end.Trailer);

    /// <summary>A range, and what is known where it begins.</summary>
    /// <param name="Newest">The newest checkpoint, which the ledger agrees with.</param>
    public sealed record Portion(SignedCheckpoint Newest, AuditBounds Bounds, AuditStart Start, long First, long Last);

    /// <param name="Trailer">The line that ends an export of the portion.</param>
    /// <param name="Next">What is known where it ends.</param>
    public sealed record PortionEnd(string Trailer, AuditStart Next);

    /// <summary>Hands out the events of a range, each compared with its leaf and its link, and signs the tree that they end with.</summary>
    public static EitherAsync<DomainError, PortionEnd> Part(
        ProofPorts ports, Portion portion, Func<ExportedEvent, Unit> each, CancellationToken cancel)
    {
        var (first, last, before) = (portion.First, portion.Last, portion.Start.Tree.Nodes);
        var walk = new Walk(portion.Start, each);
        var strangers = portion.Bounds.Strangers.Where(p => p >= first && p <= last).Order().ToSeq().Strict();
        return
            from written in ports.Ledger.Exporter.Rows(first, last, walk.Take, cancel)
            from sound in walk.Broken.Match(
                Some: position => Fail<Unit>(new DomainError.LedgerUnreadable(
                    position, "its link in the chain is another (eventdock ledger verify says more)")),
                None: () => Done)
            from whole in walk.Count + strangers.Count == last - first + 1
                ? Done
                : Fail<Unit>(new DomainError.LedgerUnreadable(last, "leaves are missing (eventdock ledger verify says more)"))
            from signed in portion.Newest.Checkpoint.Size == walk.Tree.Size && portion.Newest.Checkpoint.Root == walk.Tree.Root
                ? Give(portion.Newest)
                : from key in ports.Key(cancel)
                  from made in Checkpoints.Sign(ports, key, walk.Tree, cancel)
                  select made
            select new PortionEnd(
                new ExportTrailer(before, walk.Chain, portion.Start.Chain, signed, strangers, first, last).ToString(),
                new AuditStart(walk.Tree, walk.Chain));
    }

    /// <summary>The three lines of an event.</summary>
    public static Seq<string> Lines(ExportedEvent exported) =>
        Seq(exported.Line, ExportLine.Of("headers", exported.Headers), ExportLine.Of("data", exported.Data));

    /// <summary>Follows tree and chain on the way.</summary>
    private sealed class Walk(AuditStart start, Func<ExportedEvent, Unit> each)
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

            return each(exported);
        }
    }
}
