namespace EventDock.Domain.Ledger;

using System.Text;
using EventDock.Domain.Kernel;

/// <summary>One signature under a note: who, the key's id (8 hex digits), and what follows it.</summary>
public sealed record NoteSignature(string Name, string Id, byte[] Signature)
{
    public const string Dash = "— ";

    public string Line => $"{Dash}{Name} {Convert.ToBase64String([.. Convert.FromHexString(Id), .. Signature])}";
}

/// <summary>Does this signature of this message come from this public key? Ed25519 (RFC 8032).</summary>
public delegate bool SignatureCheck(byte[] publicKey, byte[] message, byte[] signature);

/// <summary>
/// A signed text (C2SP signed-note): its lines, an empty line, a line for each signature. Signatures of keys that one does not
/// know (witnesses', say) are carried along and prove nothing.
/// </summary>
/// <param name="Text">With its last newline; this is what is signed.</param>
public sealed record Note(string Text, Seq<NoteSignature> Signatures)
{
    /// <summary>The specification asks for 16 at least; a witness's may be a few kilobytes long.</summary>
    public const int MostSignatures = 100;

    public byte[] Message => Encoding.UTF8.GetBytes(Text);

    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Map(s => s.Line + "\n"))}";

    /// <summary>Reads the note that stands from this line (counted from 0) to the end.</summary>
    public static Either<DomainError, Note> Parse(TextLines lines, int from)
    {
        var blank = lines.Count - 1;
        while (blank >= from && lines.At(blank).Length > 0)
        {
            blank--;
        }

        return blank <= from ? lines.Bad(Math.Min(from, lines.Count - 1), "has no text, empty line and signatures: it is not a signed note")
            : blank == lines.Count - 1 ? lines.Bad(blank, "is empty where a signature must stand")
            : lines.Count - blank - 1 > MostSignatures ? lines.Bad(blank + 1 + MostSignatures, $"is one of more than {MostSignatures} signatures")
            : Enumerable.Range(blank + 1, lines.Count - blank - 1).ToArray().ToSeq().All(i => Signature(lines, i))
                .Map(signatures => new Note(string.Concat(Enumerable.Range(from, blank - from).Select(i => lines.At(i) + "\n")), signatures));
    }

    /// <summary>Has this key signed this text? Every signature that it is said to have made must be good.</summary>
    public Either<DomainError, Unit> SignedBy(VerifierKey key, SignatureCheck check, string what)
    {
        var own = Signatures.Filter(s => s.Name == key.Name && s.Id == key.Id);
        return own.IsEmpty
            ? new DomainError.BadSignature(what, $"{key.Name}+{key.Id}", "this key has not signed it")
            : own.ForAll(s => check(key.Key, Message, s.Signature))
                ? unit
                : new DomainError.BadSignature(what, $"{key.Name}+{key.Id}", "the signature is not this key's signature of this text");
    }

    private static Either<DomainError, NoteSignature> Signature(TextLines lines, int index)
    {
        var line = lines.At(index);
        var space = line.LastIndexOf(' ');
        if (!line.StartsWith(NoteSignature.Dash, StringComparison.Ordinal) || space < NoteSignature.Dash.Length)
        {
            return lines.Bad(index, "is not a signature line: a dash, a name, base64");
        }

        var name = line[NoteSignature.Dash.Length..space];
        return !VerifierKey.IsName(name)
            ? lines.Bad(index, "has no proper key name")
            : StrictBase64.Parse(line[(space + 1)..]).Filter(b => b.Length > VerifierKey.IdLength).Match(
                Some: bytes => Right<DomainError, NoteSignature>(new NoteSignature(
                    name, Convert.ToHexStringLower(bytes.AsSpan(0, VerifierKey.IdLength)), bytes[VerifierKey.IdLength..])),
                None: () => lines.Bad(index, "is not the base64 of a key's id and a signature"));
    }
}
