namespace EventDock.Domain.Ledger;

using System.Security.Cryptography;
using System.Text;
using EventDock.Domain.Kernel;

/// <summary>
/// An Ed25519 key that notes are checked with, as C2SP's signed-note has it: a name, the key's id (which follows from the other
/// two) and the key. As text <c>name+id+base64</c>, the form that Go's sumdb and witnesses take.
/// </summary>
public sealed record VerifierKey
{
    public const int KeyLength = 32, IdLength = 4;

    /// <summary>The signature type in signed-note's list.</summary>
    private const byte Ed25519 = 1;

    private const int LongestName = 1024;

    private VerifierKey(string name, byte[] key)
    {
        Name = name;
        Encoded = Convert.ToBase64String([Ed25519, .. key]);
        Id = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(name + "\n"), Ed25519, .. key]).AsSpan(0, IdLength));
    }

    public string Name { get; }

    /// <summary>8 hex digits.</summary>
    public string Id { get; }

    /// <summary>The type's byte and the key, base64.</summary>
    public string Encoded { get; }

    public string Text => $"{Name}+{Id}+{Encoded}";

    /// <summary>32 bytes.</summary>
    public byte[] Key => Convert.FromBase64String(Encoded)[1..];

    public static Either<DomainError, VerifierKey> Of(string name, byte[] key) =>
        !IsName(name) ? Wrong(name, "the name is empty, or holds a space or a plus sign")
        : key.Length != KeyLength ? Wrong(name, $"the key is not of {KeyLength} bytes")
        : new VerifierKey(name, key);

    public static Either<DomainError, VerifierKey> Parse(string text)
    {
        // The base64 may hold plus signs, the name may not.
        var parts = text.Split('+', 3);
        return parts.Length != 3 ? Wrong(text, "must be NAME+ID+KEY")
            : StrictBase64.Parse(parts[2]).Filter(b => b.Length == 1 + KeyLength && b[0] == Ed25519).Match(
                Some: bytes => Of(parts[0], bytes[1..]).Bind(key => key.Id == parts[1]
                    ? Right<DomainError, VerifierKey>(key)
                    : Wrong(text, $"the id of this name and key is {key.Id}")),
                None: () => Wrong(text, "the key is not an Ed25519 key"));
    }

    /// <summary>Not empty, no plus sign, nothing that Unicode calls a space or a control character.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && !name.Any(c => c == '+' || char.IsWhiteSpace(c) || char.IsControl(c));

    private static Either<DomainError, VerifierKey> Wrong(string value, string reason) =>
        new DomainError.Invalid("key", value, reason);
}
