namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// Makes checkpoints. None is signed that contradicts one signed before: what this root remembers on disk counts as well as what
/// stands in the ledger's own table, which whoever rewrote the ledger may have rewritten, too.
/// </summary>
public static class Checkpoints
{
    /// <summary>A checkpoint of the ledger as it is now.</summary>
    /// <param name="whole">
    /// Hash every event again. False: go on from the last checkpoint, which costs what has come since and never contradicts it,
    /// but does not see that something before it was changed.
    /// </param>
    public static EitherAsync<DomainError, SignedCheckpoint> Make(ProofPorts ports, bool whole, CancellationToken cancel) =>
        from key in ports.Key(cancel)
        from kept in ports.Tree.Newest(key.Text, cancel)
        from disk in ports.Files.Newest(cancel)
        from head in ports.Tree.Size(cancel)
        let known = Known(kept, disk, key)
        from reached in NotCutOff(known, head).ToAsync()
        from tree in Grow(ports, whole ? new Frontier() : GoOn(kept, known), head, known, cancel)
        from made in kept.Filter(k => k.Signed.Checkpoint.Size == head).Match(
            Some: same => Give(same.Signed),
            None: () => Sign(ports, key, tree, cancel))
        from noted in ports.Files.Keep(made, cancel)
        select made;

    /// <summary>Signs the tree as it stands, and keeps the checkpoint in the ledger.</summary>
    public static EitherAsync<DomainError, SignedCheckpoint> Sign(
        ProofPorts ports, VerifierKey key, Frontier tree, CancellationToken cancel) =>
        from signed in ports.Signer.Signed(new Checkpoint(key.Name, tree.Size, tree.Root), key, cancel)
        from kept in ports.Tree.Keep(key.Text, new KeptCheckpoint(signed, tree.Nodes), cancel)
        select signed;

    /// <summary>
    /// Takes the leaves up to a position into the tree. Where it passes the size of a checkpoint, it must have that root.
    /// </summary>
    public static EitherAsync<DomainError, Frontier> Grow(
        ProofPorts ports, Frontier tree, long to, Seq<Checkpoint> known, CancellationToken cancel)
    {
        var awaited = known.Filter(c => c.Size > tree.Size).ToArray();
        Option<DomainError> rewritten = None;
        return ports.Tree.Hashes(tree.Size + 1, to, Take, cancel).Bind(_ => rewritten.Match(Some: Fail<Frontier>, None: () => Give(tree)));

        void Take(TreeHash leaf)
        {
            tree.Add(leaf);
            foreach (var checkpoint in awaited)
            {
                if (checkpoint.Size == tree.Size && checkpoint.Root != tree.Root && rewritten.IsNone)
                {
                    rewritten = new DomainError.LedgerRewritten(tree.Size, checkpoint.Root.ToString(), tree.Root.ToString());
                }
            }
        }
    }

    /// <summary>A ledger that is shorter than a checkpoint has lost its end.</summary>
    public static Either<DomainError, Unit> NotCutOff(Seq<Checkpoint> known, long head) =>
        known.Find(c => c.Size > head).Match(
            Some: c => new DomainError.LedgerCutOff(c.Size, head),
            None: () => Right<DomainError, Unit>(unit));

    private static Seq<Checkpoint> Known(Option<KeptCheckpoint> kept, Option<SignedCheckpoint> disk, VerifierKey key) =>
        kept.Map(k => k.Signed.Checkpoint).ToSeq() + disk.Map(d => d.Checkpoint).Filter(c => c.Origin == key.Name).ToSeq();

    /// <summary>The last checkpoint's tree, where its nodes give its root and the disk knows of no other.</summary>
    private static Frontier GoOn(Option<KeptCheckpoint> kept, Seq<Checkpoint> known) =>
        kept.Bind(k => Frontier.Of(k.Signed.Checkpoint.Size, k.Nodes)
                .Filter(f => known.ForAll(c => c.Size == f.Size && c.Root == f.Root)))
            .IfNone(() => new Frontier());
}
