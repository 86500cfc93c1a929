namespace EventDock.Domain.Ledger;

using System.Globalization;
using EventDock.Domain.Kernel;

/// <summary>The head of a log: how many leaves, and the root over them (C2SP tlog-checkpoint).</summary>
/// <param name="Origin">Which log: <c>eventdock/</c> and the root's id.</param>
/// <param name="Extensions">Lines of others after the root; EventDock writes none.</param>
public sealed record Checkpoint(string Origin, long Size, TreeHash Root, Seq<string> Extensions)
{
    public Checkpoint(string origin, long size, TreeHash root)
        : this(origin, size, root, Seq<string>())
    {
    }

    public string Text => string.Concat(
        Seq(Origin, Size.ToString(CultureInfo.InvariantCulture), Root.Base64).Concat(Extensions).Map(line => line + "\n"));

    /// <summary>The log of a root directory.</summary>
    public static string OriginOf(string rootId) => $"eventdock/{rootId}";

    /// <summary>The lines from one to before another, counted from 0.</summary>
    public static Either<DomainError, Checkpoint> Parse(TextLines lines, int from, int end)
    {
        if (end - from < 3)
        {
            return lines.Bad(end, "ends a checkpoint that has less than three lines: origin, size, root");
        }

        for (var i = from; i < end; i++)
        {
            if (lines.At(i).Length == 0)
            {
                return lines.Bad(i, "is an empty line in a checkpoint");
            }
        }

        var extensions = Enumerable.Range(from + 3, end - from - 3).Select(lines.At).ToArray().ToSeq();
        return lines.Number(from + 1, lines.At(from + 1)).Bind(size =>
            lines.Hash(from + 2, lines.At(from + 2)).Bind(root => size > 0 || root == MerkleTree.EmptyRoot
                ? Right<DomainError, Checkpoint>(new Checkpoint(lines.At(from), size, root, extensions))
                : lines.Bad(from + 2, "is not the root of a tree without leaves")));
    }
}

/// <summary>A checkpoint and the note that it stands in.</summary>
public sealed record SignedCheckpoint(Checkpoint Checkpoint, Note Note)
{
    /// <summary>Reads the note from this line (counted from 0) to the end.</summary>
    public static Either<DomainError, SignedCheckpoint> Parse(TextLines lines, int from) =>
        Note.Parse(lines, from).Bind(note =>
            Checkpoint.Parse(lines, from, lines.Count - note.Signatures.Count - 1)
                .Map(checkpoint => new SignedCheckpoint(checkpoint, note)));

    /// <summary>Reads a file that is nothing but a signed checkpoint.</summary>
    public static Either<DomainError, SignedCheckpoint> Parse(string what, byte[] bytes) =>
        TextLines.Read(what, bytes).Bind(lines => Parse(lines, 0));

    /// <summary>The note, as it is written.</summary>
    public override string ToString() => Note.ToString();

    /// <summary>Is it signed by this key, and of the log that the key is named after?</summary>
    public Either<DomainError, Unit> SignedBy(VerifierKey key, SignatureCheck check, string what) =>
        Checkpoint.Origin == key.Name
            ? Note.SignedBy(key, check, what)
            : new DomainError.BadSignature(
                what, $"{key.Name}+{key.Id}", $"the checkpoint is of {Checkpoint.Origin}, and the key is not named after it");
}
