namespace EventDock.Domain.Ledger;

using System.Security.Cryptography;

/// <summary>
/// The hash chain over the leaves: each link is SHA-256(0x02 ‖ the link before ‖ leaf hash), and 32 zero bytes stand before the
/// first. RFC 6962 begins a leaf with 0 and an inner node with 1, so that none of the three passes for another.
/// </summary>
public static class LedgerChain
{
    public const byte Mark = 2;

    public static readonly TreeHash Start = TreeHash.Of(new byte[TreeHash.Length]);

    public static TreeHash Next(TreeHash link, TreeHash leaf)
    {
        Span<byte> parts = stackalloc byte[1 + (2 * TreeHash.Length)];
        parts[0] = Mark;
        link.CopyTo(parts[1..]);
        leaf.CopyTo(parts[(1 + TreeHash.Length)..]);
        Span<byte> hash = stackalloc byte[TreeHash.Length];
        SHA256.HashData(parts, hash);
        return TreeHash.Of(hash);
    }
}
