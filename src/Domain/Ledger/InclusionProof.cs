namespace EventDock.Domain.Ledger;

using System.Globalization;
using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>
/// That one event stands in the ledger of a checkpoint, in C2SP's tlog-proof form. Its extra data, two lines of text, are what is
/// proved, the leaf line of the event, and the key that signed the checkpoint: so the file can be read and checked alone.
/// </summary>
/// <param name="Index">From 0; an event's position counts from 1.</param>
public sealed record InclusionProof(string Line, VerifierKey Key, long Index, Seq<TreeHash> Path, SignedCheckpoint Signed)
{
    public const string Header = "c2sp.org/tlog-proof@v1";

    private const string Extra = "extra ", At = "index ";
    private const int LongestExtra = 256 * 1024;

    public override string ToString()
    {
        var extra = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Line}\n{Key.Text}\n"));
        return string.Create(CultureInfo.InvariantCulture, $"{Header}\n{Extra}{extra}\n{At}{Index}\n")
            + string.Concat(Path.Map(hash => hash.Base64 + "\n")) + "\n" + Signed;
    }

    public static Either<DomainError, InclusionProof> Parse(TextLines lines)
    {
        if (lines.At(1) is var extra && (!extra.StartsWith(Extra, StringComparison.Ordinal) || extra.Length > LongestExtra))
        {
            return lines.Bad(1, "is not \"extra \" and the base64 of a leaf line and a key");
        }

        if (lines.At(2) is var at && !at.StartsWith(At, StringComparison.Ordinal))
        {
            return lines.Bad(2, "is not \"index \" and a number");
        }

        return Event(lines, extra[Extra.Length..]).Bind(inside =>
            lines.Number(2, at[At.Length..]).Bind(index =>
                ProofLines.Path(lines, 3).Bind(path =>
                    SignedCheckpoint.Parse(lines, 3 + path.Count + 1)
                        .Map(signed => new InclusionProof(inside.Line, inside.Key, index, path, signed)))));
    }

    /// <summary>Does the path lead from the line to the checkpoint's root, and is the line that of this position?</summary>
    public Either<DomainError, Unit> Holds(string what) =>
        Index >= Signed.Checkpoint.Size
            ? new DomainError.ProofFails(what, $"index {Index} is not in a tree of size {Signed.Checkpoint.Size}")
        : !PathCheck.Includes(Index, Signed.Checkpoint.Size, MerkleTree.Leaf(Line), Path, Signed.Checkpoint.Root)
            ? new DomainError.ProofFails(what, $"the path does not lead from the event at index {Index} to the checkpoint's root")
        // Foreign events before it have positions and no leaves, so that it may stand further on; never further back.
        : PositionIn(Line) <= Index
            ? new DomainError.ProofFails(what, $"the event at index {Index} does not say that it stands at position {Index + 1} or behind it")
        : unit;

    private static Either<DomainError, (string Line, VerifierKey Key)> Event(TextLines lines, string base64)
    {
        var text = StrictBase64.Parse(base64).ToEither(() => lines.Bad(1, "is not base64"))
            .Bind(bytes => TextLines.Read(lines.What, bytes).MapLeft(_ => lines.Bad(1, "does not hold two lines of text")));
        return text.Bind(inside => inside.Count != 2
            ? lines.Bad(1, "does not hold two lines of text")
            : VerifierKey.Parse(inside.At(1)).MapLeft(_ => lines.Bad(1, "does not hold a key in its second line"))
                .Map(key => (inside.At(0), key)));
    }

    /// <summary>The position that a leaf line gives itself; 0 where it gives none.</summary>
    private static long PositionIn(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("position", out var position)
                && position.ValueKind == JsonValueKind.Number && position.TryGetInt64(out var number)
                    ? number
                    : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }
}

/// <summary>What both kinds of proof have.</summary>
internal static class ProofLines
{
    /// <summary>The hashes from this line (counted from 0) to an empty one.</summary>
    public static Either<DomainError, Seq<TreeHash>> Path(TextLines lines, int from)
    {
        var end = from;
        while (end < lines.Count && lines.At(end).Length > 0)
        {
            end++;
        }

        return end == lines.Count ? lines.Bad(end - 1, "is the last: there is no empty line and no checkpoint")
            : end - from > PathCheck.Longest ? lines.Bad(from + PathCheck.Longest, $"is one of more than {PathCheck.Longest} hashes")
            : Enumerable.Range(from, end - from).ToArray().ToSeq().All(i => lines.Hash(i, lines.At(i)));
    }
}
