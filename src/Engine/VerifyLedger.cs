namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What verifying touches, as functions: it reads, and changes nothing.</summary>
/// <param name="Seen">The highest position that this root's disk has seen in its ledger.</param>
public sealed record VerifyPorts(OpenLedger Ledger, NoteSigner Signer, CheckpointFiles Files, long Seen, string? RootId);

/// <param name="From">The first position; what stands before it is taken for what it says it is.</param>
/// <param name="To">The last; None for the head.</param>
/// <param name="Given">A checkpoint from elsewhere, with the name of its file.</param>
/// <param name="Key">Whom to trust for it; None: the ledger's own key.</param>
public sealed record VerifyRequest(
    long From, Option<long> To, Option<(string Name, SignedCheckpoint Signed)> Given, Option<VerifierKey> Key, bool Views);

/// <summary>All that was found, and what the last line says.</summary>
/// <param name="Anchored">How many leaves the largest anchored checkpoint holds.</param>
/// <param name="Strangers">Foreign events that are known for it.</param>
/// <param name="MoreRows">Further rows of views differ, and are no finding of their own.</param>
/// <param name="Unfolded">Why the views could not be compared.</param>
public sealed record Verified(
    Seq<Finding> Findings, long From, long To, long Missing, long Strangers, long Anchored, bool MoreRows, Option<DomainError> Unfolded);

/// <summary>
/// <c>eventdock ledger verify</c>: chain and tree recomputed from the events themselves, and compared with every root that
/// somebody has kept: the checkpoints in the ledger and on disk, what was anchored, and one that is brought along.
/// </summary>
public static class VerifyLedger
{
    private const int MostViewFindings = 10_000;

    public static EitherAsync<DomainError, Verified> Run(
        VerifyPorts ports, VerifyRequest request, Action<Projections.BuildProgress> told, CancellationToken cancel) =>
        from bounds in ports.Ledger.Auditor.Bounds(cancel)
        from range in Range(request, bounds).ToAsync()
        from witnesses in Witnesses(ports, request, cancel)
        from start in ports.Ledger.Auditor.Before(request.From, cancel)
        let whole = request.To.IsNone
        let audit = new LedgerAudit(
            request.From, Math.Min(range, bounds.Taken), start.Tree, start.Chain,
            whole ? witnesses.Roots : Within(witnesses.Roots, bounds, range),
            bounds.Strangers, bounds.Absent, bounds.Redacted, ports.Ledger.Auditor.Hashing)
        // Asked now, and answered while the rows are walked.
        let asked = whole ? ports.Ledger.Auditor.Streams(cancel) : Give(Seq<Finding>())
        from walked in ports.Ledger.Auditor.Rows(request.From, range, rows => Taken(audit, rows), cancel)
        let findings = audit.End(Math.Min(range, bounds.Head), whole ? bounds.Chain : null)
        from segments in whole ? Segments(ports.Ledger, cancel) : Give(Seq<Finding>())
        from streams in asked
        let lost = whole && ports.Seen > bounds.Last && !findings.Exists(f => f.Verdict == Verdict.Truncated)
            ? Seq1<Finding>(new Finding.Truncated(bounds.Last + 1, ports.Seen, "the position that this root has seen"))
            : Seq<Finding>()
        from views in request.Views ? Views(ports, request.To, told, cancel) : Give(new Compared(ViewDifferences.None, None))
        select new Verified(
            (findings + segments + streams + lost + views.Findings).OrderBy(f => f.Position).ToSeq().Strict(),
            request.From, Math.Min(range, bounds.Head), audit.Missing, audit.Strangers, witnesses.Anchored, views.Rows.More, views.Failed);

    /// <summary>Files whose events still have rows, too: once those are dropped it is late to find that a file is not whole.</summary>
    private static EitherAsync<DomainError, Seq<Finding>> Segments(OpenLedger ledger, CancellationToken cancel) =>
        from listed in ledger.Sealer.All(cancel)
        from found in listed.InTurn(segment => ledger.Segments.Digest(segment, cancel)
            .Map(digest => digest.Value == segment.Digest.Value
                ? Option<Finding>.None
                : Some<Finding>(new Finding.Edited(segment.First, EditedPart.Segment)))
            .Recover(error => error is DomainError.SegmentUnreadable
                ? Some(Give(Some<Finding>(new Finding.Missing(segment.First, MissingPart.Segment))))
                : None))
        select found.Bind(f => f.ToSeq()).Strict();

    private static Either<DomainError, long> Range(VerifyRequest request, AuditBounds bounds) =>
        request.To.Match(
            Some: to => to <= bounds.Head && request.From <= to
                ? Right<DomainError, long>(to)
                : new DomainError.NoSuchPosition(Math.Max(to, request.From), bounds.Head),
            None: () => request.From <= Math.Max(bounds.Head, 1)
                ? Right<DomainError, long>(bounds.Last)
                : new DomainError.NoSuchPosition(request.From, bounds.Head));

    /// <summary>Of a part only the roots that the walk comes by.</summary>
    private static Seq<SignedRoot> Within(Seq<SignedRoot> roots, AuditBounds bounds, long to)
    {
        var leaves = to - bounds.Strangers.Count(position => position <= to);
        return roots.Filter(root => root.Size <= leaves).Strict();
    }

    internal static Unit Taken(LedgerAudit audit, IReadOnlyList<AuditedRow> rows)
    {
        foreach (var row in rows)
        {
            audit.Take(row);
        }

        return unit;
    }

    /// <param name="Own">The key of this root's checkpoints; None where there is no root.</param>
    internal sealed record Witnessed(Seq<SignedRoot> Roots, long Anchored, Option<VerifierKey> Own);

    internal static EitherAsync<DomainError, Witnessed> Witnesses(VerifyPorts ports, VerifyRequest request, CancellationToken cancel) =>
        from own in ports.RootId is { } id
            ? ports.Signer.Key(Checkpoint.OriginOf(id), cancel).Map(Some)
            : Give(Option<VerifierKey>.None)
        from given in request.Given.Match(
            Some: g => Trusted(ports, g.Name, g.Signed, request.Key.IsSome ? request.Key : own).ToAsync().Map(root => Seq1(root)),
            None: () => Give(Seq<SignedRoot>()))
        from kept in ports.Ledger.Tree.All(cancel)
        from disk in ports.Files.Newest(cancel)
        from anchors in ports.Ledger.Tree.Anchors(cancel)
        let signed = own.Match(
            Some: key => Ours(ports, key, kept, "a checkpoint in the ledger") + Ours(ports, key, disk.ToSeq(), "the checkpoint on disk"),
            None: () => Seq<SignedRoot>())
        select new Witnessed(given + signed + anchors, anchors.Map(a => a.Size).Fold(0L, Math.Max), own);

    /// <summary>Those that this root's key has signed for this log: whoever can write to the ledger can put others there.</summary>
    private static Seq<SignedRoot> Ours(VerifyPorts ports, VerifierKey key, Seq<SignedCheckpoint> checkpoints, string witness) =>
        checkpoints.Filter(c => c.Checkpoint.Origin == key.Name && c.SignedBy(key, ports.Signer.Check, witness).IsRight)
            .Map(c => new SignedRoot(c.Checkpoint.Size, c.Checkpoint.Root, witness)).Strict();

    private static Either<DomainError, SignedRoot> Trusted(
        VerifyPorts ports, string name, SignedCheckpoint signed, Option<VerifierKey> key) =>
        key.ToEither<DomainError>(() => new DomainError.BadSignature(name, signed.Checkpoint.Origin, "no key to check it with is here: give --key"))
            .Bind(trusted => signed.SignedBy(trusted, ports.Signer.Check, name))
            .Map(_ => new SignedRoot(signed.Checkpoint.Size, signed.Checkpoint.Root, name));

    /// <param name="Failed">Why they could not be compared.</param>
    private sealed record Compared(ViewDifferences Rows, Option<DomainError> Failed)
    {
        public Seq<Finding> Findings => Rows.Found.Map(d => (Finding)new Finding.ViewDiffers(d.Position, d.View, d.Key)).Strict();
    }

    /// <summary>A log with an event that cannot be folded has no views to compare with; what else was found is told all the same.</summary>
    private static EitherAsync<DomainError, Compared> Views(
        VerifyPorts ports, Option<long> to, Action<Projections.BuildProgress> told, CancellationToken cancel) =>
        ports.Ledger.Care.Views.Compare(to, MostViewFindings, told, cancel)
            .Map(rows => new Compared(rows, None))
            .Recover(error => error is DomainError.LedgerUnreadable or DomainError.SegmentUnreadable or DomainError.ViewUnfoldable
                ? Some(Give(new Compared(ViewDifferences.None, Some(error))))
                : None);
}
