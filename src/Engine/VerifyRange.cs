namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What was found of a range, and how far it is vouched for.</summary>
/// <param name="Verified">As <c>ledger verify</c> tells it, of these positions.</param>
/// <param name="Before">How many leaves there are before the range.</param>
/// <param name="Leaves">How many leaves there are up to the end of the range.</param>
/// <param name="Signed">The checkpoint that has all of the range's leaves, by its tree; None where none has, or was compared.</param>
/// <param name="Base">How many leaves the tree that was grown began with, taken from a signed checkpoint; None where no tree was grown.</param>
/// <param name="Largest">How many leaves the largest checkpoint of this root's holds.</param>
/// <param name="Anchors">Who was handed what.</param>
public sealed record RangeVerified(
    Verified Verified, long Before, long Leaves, Option<SignedRoot> Signed, Option<long> Base, long Largest, Seq<SignedRoot> Anchors);

/// <summary>
/// Verifies a range at the cost of the range: its events are hashed again and chained from the stored link before it. The tree is
/// grown from the last signed checkpoint before the range to the first that has all of it, where those are not too far.
/// </summary>
public static class VerifyRange
{
    /// <summary>So many leaves beside the range are read: a fraction of a second.</summary>
    private const long MostLeaves = 100_000;

    public static EitherAsync<DomainError, RangeVerified> Run(VerifyPorts ports, long first, long last, CancellationToken cancel) =>
        from bounds in ports.Ledger.Auditor.Bounds(cancel)
        let end = Math.Min(last, bounds.Head)
        from witnesses in VerifyLedger.Witnesses(
            ports, new VerifyRequest(first, Some(last), None, None, Views: false), cancel)
        from anchors in ports.Ledger.Tree.Anchors(cancel)
        let before = first - 1 - bounds.Strangers.Count(position => position < first)
        let leaves = end - bounds.Strangers.Count(position => position <= end)
        from tree in Tree(ports, witnesses, before, cancel)
        from link in first == 1
            ? Give(TreeHash.Of(new byte[TreeHash.Length]))
            : ports.Ledger.Auditor.Link(first - 1, cancel).Bind(found => found.Match(
                Some: Give, None: () => before == 0
                    ? Give(TreeHash.Of(new byte[TreeHash.Length]))
                    : Fail<TreeHash>(new DomainError.LedgerUnreadable(first - 1, "its leaf is missing"))))
        let audit = new LedgerAudit(
            first, Math.Min(end, bounds.Taken), tree.Match(Some: t => t.Tree, None: () => new Frontier()), link,
            tree.IsSome ? witnesses.Roots.Filter(root => root.Size > before && root.Size <= leaves).Strict() : Seq<SignedRoot>(),
            bounds.Strangers, bounds.Absent, bounds.Redacted, ports.Ledger.Auditor.Hashing)
        from walked in ports.Ledger.Auditor.Rows(first, end, rows => VerifyLedger.Taken(audit, rows), cancel)
        let findings = audit.End(end, end == bounds.Head ? bounds.Chain : null)
        let lost = end == bounds.Head && ports.Seen > bounds.Last && !findings.Exists(f => f.Verdict == Verdict.Truncated)
            ? Seq1<Finding>(new Finding.Truncated(bounds.Last + 1, ports.Seen, "the position that this root has seen"))
            : Seq<Finding>()
        from signed in tree.IsSome && findings.IsEmpty
            ? Covered(ports, audit.Tree, witnesses.Roots, leaves, cancel)
            : Give((Root: Option<SignedRoot>.None, Wrong: Seq<Finding>()))
        select new RangeVerified(
            new Verified(
                (findings + lost + signed.Wrong).Strict(), first, end, audit.Missing, audit.Strangers, witnesses.Anchored, MoreRows: false, None),
            before, leaves, signed.Root, tree.Map(t => t.Begun), witnesses.Roots.Map(root => root.Size).Fold(0L, Math.Max), anchors);

    /// <param name="Begun">How many leaves it had where it was taken up.</param>
    private sealed record Growth(Frontier Tree, long Begun);

    /// <summary>The tree before the range, grown from the last checkpoint there; None where that lies too far back.</summary>
    private static EitherAsync<DomainError, Option<Growth>> Tree(
        VerifyPorts ports, VerifyLedger.Witnessed witnesses, long before, CancellationToken cancel) =>
        from begun in witnesses.Own.Match(
            Some: key => Base(witnesses.Roots, before) is > 0 and var size
                ? ports.Ledger.Tree.OfSize(key.Text, size, cancel).Map(kept => kept.Bind(k => Frontier.Of(size, k.Nodes)
                    .Filter(frontier => witnesses.Roots.Exists(root => root.Size == size && root.Root == frontier.Root))))
                : Give(Option<Frontier>.None),
            None: () => Give(Option<Frontier>.None))
        let start = begun.IfNone(() => new Frontier(hashing: ports.Ledger.Auditor.Hashing))
        let size = start.Size
        from grown in before - size > MostLeaves
            ? Give(Option<Growth>.None)
            : Grown(ports, start, before, cancel).Map(tree => Some(new Growth(tree, size)))
        select grown;

    /// <summary>The size of the last checkpoint that ends before the range.</summary>
    private static long Base(Seq<SignedRoot> roots, long before) =>
        roots.Filter(root => root.Size <= before).Map(root => root.Size).Fold(0L, Math.Max);

    /// <summary>From the end of the range to the first signed root that has it, whose root must then be the tree's.</summary>
    private static EitherAsync<DomainError, (Option<SignedRoot> Root, Seq<Finding> Wrong)> Covered(
        VerifyPorts ports, Frontier tree, Seq<SignedRoot> roots, long leaves, CancellationToken cancel) =>
        roots.Filter(root => root.Size >= leaves).OrderBy(root => root.Size).ToSeq().Strict().HeadOrNone().Match(
            Some: root => root.Size - leaves > MostLeaves
                ? Give((Option<SignedRoot>.None, Seq<Finding>()))
                : Grown(ports, tree, root.Size, cancel).Map(grown => grown.Root == root.Root
                    ? (Some(root), Seq<Finding>())
                    : (Option<SignedRoot>.None, Seq1<Finding>(new Finding.Rewritten(root.Size, root.Root, grown.Root, root.Witness)))),
            None: () => Give((Option<SignedRoot>.None, Seq<Finding>())));

    private static EitherAsync<DomainError, Frontier> Grown(VerifyPorts ports, Frontier tree, long to, CancellationToken cancel) =>
        tree.Size == to ? Give(tree) : ports.Ledger.Tree.Hashes(tree.Size + 1, to, tree.Add, cancel).Map(_ => tree);
}
