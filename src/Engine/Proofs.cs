namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// Makes proofs. All leaf hashes are read once: the path's subtrees are picked up on the way, and a ledger that no longer has the
/// root of the checkpoint is found out before anything is handed over.
/// </summary>
public static class Proofs
{
    /// <summary>That the event at this position stands under the newest checkpoint, or under a new one where that is too old.</summary>
    public static EitherAsync<DomainError, InclusionProof> Inclusion(ProofPorts ports, long position, CancellationToken cancel) =>
        from key in ports.Key(cancel)
        from found in ports.Tree.Leaf(position, cancel)
        from head in ports.Ledger.Log.Head(cancel)
        from leaf in found.OrFail(() => new DomainError.NoSuchPosition(position, head))
        from newest in ports.Tree.Newest(key.Text, cancel)
        from signed in newest.Filter(k => k.Signed.Checkpoint.Size >= leaf.Number).Match(
            Some: k => Give(k.Signed), None: () => Checkpoints.Make(ports, false, cancel))
        from size in ports.Tree.Size(cancel)
        from reached in Checkpoints.NotCutOff(Seq1(signed.Checkpoint), size).ToAsync()
        from path in Path(ports, ProofPath.Inclusion(leaf.Number - 1, signed.Checkpoint.Size), Seq1(signed.Checkpoint), cancel)
        let proof = new InclusionProof(leaf.Line, key, leaf.Number - 1, path, signed)
        from holds in proof.Holds("the ledger").ToAsync()
        select proof;

    /// <summary>That one checkpoint only adds to an earlier one.</summary>
    /// <param name="old">Its size, or the checkpoint itself, which the ledger must then still have.</param>
    /// <param name="recent">None: of the ledger as it is now.</param>
    public static EitherAsync<DomainError, ConsistencyProof> Consistency(
        ProofPorts ports, ProofEnd old, Option<ProofEnd> recent, CancellationToken cancel) =>
        from key in ports.Key(cancel)
        from head in ports.Tree.Size(cancel)
        from reached in Checkpoints.NotCutOff(old.Given.ToSeq() + recent.Bind(r => r.Given).ToSeq(), head).ToAsync()
        from there in InTree(old.Size.Cons(recent.Map(r => r.Size).ToSeq()), head).ToAsync()
        from signed in recent.Match(Some: end => SignedAt(ports, key, end, cancel), None: () => Checkpoints.Make(ports, false, cancel))
        let size = signed.Checkpoint.Size
        from ordered in (old.Size <= size
            ? Done
            : Fail<Unit>(new DomainError.ProofFails("consistency", $"the old size {old.Size} is larger than the new one {size}")))
        from root in OldRoot(ports, old, cancel)
        from path in Path(ports, ProofPath.Consistency(old.Size, size), old.Given.ToSeq().Add(signed.Checkpoint), cancel)
        let proof = new ConsistencyProof(key, old.Size, root, path, signed)
        from holds in proof.Holds("the ledger").ToAsync()
        select proof;

    private static Either<DomainError, Unit> InTree(Seq<long> sizes, long head) =>
        sizes.Find(size => size > head).Match(
            Some: size => new DomainError.NoSuchPosition(size, head),
            None: () => Right<DomainError, Unit>(unit));

    /// <summary>A signed checkpoint of this size: the given one, one made then, or one made now of the tree as it was then.</summary>
    private static EitherAsync<DomainError, SignedCheckpoint> SignedAt(
        ProofPorts ports, VerifierKey key, ProofEnd end, CancellationToken cancel) =>
        end.Signed.Match(
            Some: given => from ours in given.SignedBy(key, ports.Signer.Check, "the new checkpoint").ToAsync() select given,
            None: () =>
                from kept in ports.Tree.OfSize(key.Text, end.Size, cancel)
                from signed in kept.Match(
                    Some: k => Give(k.Signed),
                    None: () =>
                        // Everything is compared with what was signed before; only then is a second look back signed.
                        from newest in Checkpoints.Make(ports, true, cancel)
                        from tree in Checkpoints.Grow(ports, new Frontier(), end.Size, Seq<Checkpoint>(), cancel)
                        from made in Checkpoints.Sign(ports, key, tree, cancel)
                        select made)
                select signed);

    private static EitherAsync<DomainError, TreeHash> OldRoot(ProofPorts ports, ProofEnd old, CancellationToken cancel) =>
        old.Given.Match(
            Some: checkpoint => Give(checkpoint.Root),
            None: () => Checkpoints.Grow(ports, new Frontier(), old.Size, Seq<Checkpoint>(), cancel).Map(tree => tree.Root));

    /// <summary>The hashes of a path, from a tree that has the roots of all these checkpoints; the last is the largest.</summary>
    private static EitherAsync<DomainError, Seq<TreeHash>> Path(
        ProofPorts ports, ProofPath path, Seq<Checkpoint> known, CancellationToken cancel)
    {
        var wanted = path.Nodes.ToDictionary(node => node, _ => default(TreeHash));
        var tree = new Frontier((node, hash) =>
        {
            if (wanted.ContainsKey(node))
            {
                wanted[node] = hash;
            }
        });
        return Checkpoints.Grow(ports, tree, known.Last.Size, known, cancel).Map(_ => path.Hashes(node => wanted[node]));
    }
}

/// <summary>One end of a consistency proof: a size, or a checkpoint of it.</summary>
public sealed record ProofEnd(long Size, Option<SignedCheckpoint> Signed)
{
    public Option<Checkpoint> Given => Signed.Map(s => s.Checkpoint);
}
