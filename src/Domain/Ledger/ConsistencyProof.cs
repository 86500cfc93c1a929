namespace EventDock.Domain.Ledger;

using System.Globalization;
using EventDock.Domain.Kernel;

/// <summary>
/// That the ledger of a checkpoint only adds to an earlier one of this size and root. There is no form of others' for such a
/// file; this one is laid out as C2SP's tlog-proof, and its path is that of RFC 6962, section 2.1.2.
/// </summary>
public sealed record ConsistencyProof(VerifierKey Key, long OldSize, TreeHash OldRoot, Seq<TreeHash> Path, SignedCheckpoint Signed)
{
    public const string Header = "eventdock/consistency-proof@v1";

    private const string By = "key ", Before = "old ";

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Header}\n{By}{Key.Text}\n{Before}{OldSize} {OldRoot.Base64}\n")
        + string.Concat(Path.Map(hash => hash.Base64 + "\n")) + "\n" + Signed;

    public static Either<DomainError, ConsistencyProof> Parse(TextLines lines)
    {
        if (lines.At(1) is var by && !by.StartsWith(By, StringComparison.Ordinal))
        {
            return lines.Bad(1, "is not \"key \" and the key that signed the checkpoint");
        }

        var old = lines.At(2).Split(' ');
        if (old.Length != 3 || old[0] != Before.TrimEnd())
        {
            return lines.Bad(2, "is not \"old \", a size and a root");
        }

        return VerifierKey.Parse(by[By.Length..]).MapLeft(_ => lines.Bad(1, "holds no key")).Bind(key =>
            lines.Number(2, old[1]).Bind(size =>
                lines.Hash(2, old[2]).Bind(root =>
                    ProofLines.Path(lines, 3).Bind(path =>
                        SignedCheckpoint.Parse(lines, 3 + path.Count + 1)
                            .Map(signed => new ConsistencyProof(key, size, root, path, signed))))));
    }

    /// <summary>Does the path lead from both roots to each other?</summary>
    public Either<DomainError, Unit> Holds(string what) =>
        PathCheck.Extends(OldSize, OldRoot, Signed.Checkpoint.Size, Signed.Checkpoint.Root, Path)
            ? unit
            : new DomainError.ProofFails(
                what, $"the tree of size {Signed.Checkpoint.Size} is not shown to begin with the old one of size {OldSize}");
}
