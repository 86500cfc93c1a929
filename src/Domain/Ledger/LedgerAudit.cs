namespace EventDock.Domain.Ledger;

/// <summary>
/// Walks the ledger position by position, recomputing chain and tree, and tells what is not as it was recorded. It changes in
/// place, so that a million positions make no garbage, and knows of no database: positions come in ascending order.
/// </summary>
/// <param name="from">The first position that is looked at.</param>
/// <param name="to">
/// The last one that has to be there. What stands beyond it is told as what it is; the positions between are nobody's.
/// </param>
/// <param name="before">The tree of all leaves before it.</param>
/// <param name="link">The chain's value before it (32 zero bytes before the first event).</param>
/// <param name="signed">Roots by size, each with who says so, that the tree must have had.</param>
/// <param name="strangers">Positions of foreign events that a ForeignEventFound tells of: they have no leaf.</param>
/// <param name="absent">Those of them that have no row either: they were never put into these tables.</param>
/// <param name="redacted">Positions that a Redacted tells of.</param>
/// <param name="hashing">What hashes the links of the chain.</param>
public sealed class LedgerAudit(
    long from, long to, Frontier before, TreeHash link, Seq<SignedRoot> signed,
    System.Collections.Generic.HashSet<long> strangers,
    System.Collections.Generic.HashSet<long> absent, System.Collections.Generic.HashSet<long> redacted, Hashing? hashing = null)
{
    /// <summary>So many positions in a row are told one by one; of more, the first and the last.</summary>
    private const int MostOneByOne = 1000;

    private readonly List<Finding> findings = [];
    private readonly List<Suspect> suspects = [];
    private readonly Queue<SignedRoot> awaited = new(signed.OrderBy(s => s.Size).SkipWhile(s => s.Size < before.Size));
    private readonly Sha256 sha256 = new(hashing);
    private readonly byte[] parts = new byte[1 + (2 * TreeHash.Length)];
    private readonly long end = Math.Min(to, long.MaxValue - 1);
    private TreeHash? chain = link;
    private TreeHash? held;
    private Unplaced? unplaced;
    private long next = from;
    private bool whole = true;

    private sealed record Suspect(long Position, Guid Event, AuditedLine? Line, EditedPart Part);

    /// <summary>An event without a leaf. Whether its leaf is gone or it never had one, the next link of the chain tells.</summary>
    private sealed record Unplaced(long Position, Guid Event, TreeHash? Made);

    /// <summary>How many foreign events stood among those looked at.</summary>
    public long Strangers { get; private set; }

    public long Missing { get; private set; }

    /// <summary>The tree as far as it has been recomputed.</summary>
    public Frontier Tree => before;

    public void Take(in AuditedRow row)
    {
        Nothing(Math.Min(row.Position - 1, end));
        next = row.Position == long.MaxValue ? row.Position : row.Position + 1;
        if (row.Column is { } column)
        {
            findings.Add(new Finding.ColumnChanged(row.Position, column));
        }

        if (row.Leaf is { } leaf)
        {
            Settle(leaf.Hash, leaf.Chain);
            Placed(row, leaf);
        }
        else if (strangers.Contains(row.Position) && !absent.Contains(row.Position))
        {
            Strangers++;
        }
        else
        {
            Settle(null, null);
            unplaced = new Unplaced(row.Position, row.Event!.Value, row.Made);
        }
    }

    /// <summary>All that was found, by position.</summary>
    /// <param name="head">The last position, as the head has it.</param>
    /// <param name="last">The chain's last value as the head has it; none where the walk ended before the head.</param>
    public Seq<Finding> End(long head, TreeHash? last)
    {
        Settle(null, last);
        Nothing(end);
        if (last is { } stored && chain is { } own && own != stored)
        {
            findings.Add(new Finding.ColumnChanged(head, "head.chain"));
        }

        while (whole && awaited.TryDequeue(out var root))
        {
            findings.Add(new Finding.Truncated(Math.Min(next, end + 1), root.Size, root.Witness));
        }

        Resolve();
        return findings.OrderBy(f => f.Position).ThenByDescending(f => f.Verdict).ToSeq().Strict();
    }

    private void Placed(in AuditedRow row, in AuditedLeaf leaf)
    {
        var linked = Linked(leaf.Hash, leaf.Chain);
        if (row.Event is null)
        {
            findings.Add(new Finding.Missing(row.Position, MissingPart.Event));
            Missing++;
            Grow(leaf.Hash, leaf.Chain);
        }
        else if (row.Made == leaf.Hash)
        {
            if (!linked || leaf.Line is not null)
            {
                findings.Add(new Finding.Edited(row.Position, linked ? EditedPart.Leaf : EditedPart.Chain));
            }

            Grow(leaf.Hash, leaf.Chain);
        }
        else
        {
            Differs(row, leaf, linked);
        }
    }

    /// <summary>The event is not what its leaf was made of. The chain says which of them is right: the one that leads to its link.</summary>
    private void Differs(in AuditedRow row, in AuditedLeaf leaf, bool linked)
    {
        var remade = !linked && row.Made is { } made && Link(made) == leaf.Chain;
        Grow(linked ? leaf.Hash : row.Made ?? leaf.Hash, leaf.Chain);
        var sound = linked && leaf.Line?.Hash == leaf.Hash;
        if (sound && leaf.Line!.Redacted)
        {
            if (!redacted.Contains(row.Position))
            {
                findings.Add(new Finding.Edited(row.Position, EditedPart.Redaction));
            }

            return;
        }

        suspects.Add(new Suspect(
            row.Position, row.Event!.Value, leaf.Line, sound ? EditedPart.Event : remade ? EditedPart.Leaf : EditedPart.Several));
    }

    private void Settle(TreeHash? hash, TreeHash? stored)
    {
        if (unplaced is not { } open)
        {
            return;
        }

        unplaced = null;
        if (open.Made is { } made && Link(made) is { } over && stored is not null
            && (hash is { } leaf ? Chained(over, leaf) : over) == stored)
        {
            findings.Add(new Finding.Missing(open.Position, MissingPart.Leaf));
            Missing++;
            Grow(made, over);
        }
        else
        {
            findings.Add(new Finding.Stranger(open.Position, open.Event));
        }
    }

    /// <summary>Neither event nor leaf, up to a position.</summary>
    private void Nothing(long last)
    {
        if (last - next < MostOneByOne)
        {
            for (; next <= last; next++)
            {
                if (absent.Contains(next))
                {
                    Strangers++;
                }
                else
                {
                    Gap(next, next);
                }
            }

            return;
        }

        var foreign = absent.Count(position => position >= next && position <= last);
        Strangers += foreign;
        Gap(next, last);
        Missing -= foreign;
        next = last + 1;
    }

    /// <summary>From here on neither tree nor chain can be told, and the chain is taken up where it goes on.</summary>
    private void Gap(long first, long last)
    {
        Settle(null, null);
        findings.Add(new Finding.Missing(first, MissingPart.Both) { Last = last });
        Missing += last - first + 1;
        (chain, held) = (null, null);
        whole = false;
    }

    /// <param name="stored">The link as it stands, for a chain that is taken up after a gap.</param>
    private void Grow(TreeHash leaf, TreeHash stored)
    {
        chain = Link(leaf) ?? stored;
        held = stored;
        if (!whole)
        {
            return;
        }

        before.Add(leaf);
        while (awaited.TryPeek(out var root) && root.Size == before.Size)
        {
            awaited.Dequeue();
            if (before.Root is var found && found != root.Root)
            {
                findings.Add(new Finding.Rewritten(root.Size, root.Root, found, root.Witness));
            }
        }
    }

    /// <summary>
    /// By our own chain, or by the stored one where the two have parted: that was told where they did, and ends here.
    /// </summary>
    private bool Linked(TreeHash leaf, TreeHash stored)
    {
        if (Link(leaf) is not { } expected || expected == stored)
        {
            return true;
        }

        if (held is { } last && Chained(last, leaf) == stored)
        {
            chain = held;
            return true;
        }

        return false;
    }

    private TreeHash? Link(TreeHash leaf) => chain is { } last ? Chained(last, leaf) : null;

    private TreeHash Chained(TreeHash last, TreeHash leaf)
    {
        parts[0] = LedgerChain.Mark;
        last.CopyTo(parts.AsSpan(1));
        leaf.CopyTo(parts.AsSpan(1 + TreeHash.Length));
        return sha256.Of(parts);
    }

    /// <summary>An event that stands where another's leaf is, while its own leaf stands elsewhere, has been moved and not edited.</summary>
    private void Resolve()
    {
        var homes = new Dictionary<Guid, long>();
        foreach (var suspect in suspects)
        {
            if (suspect.Line is { } line)
            {
                homes.TryAdd(line.Id, suspect.Position);
            }
        }

        foreach (var suspect in suspects)
        {
            findings.Add(homes.TryGetValue(suspect.Event, out var home) && home != suspect.Position
                ? new Finding.Reordered(suspect.Position, home)
                : new Finding.Edited(suspect.Position, suspect.Part));
        }
    }
}

/// <summary>A root that the tree had at a size.</summary>
/// <param name="Witness">Who says so: a checkpoint's file, the ledger's own table.</param>
public sealed record SignedRoot(long Size, TreeHash Root, string Witness);
