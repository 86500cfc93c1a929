namespace EventDock.Domain.Oci;

using System.Security.Cryptography;
using EventDock.Domain.Kernel;

/// <summary>A content address, <c>sha256:</c> and 64 lower-case hex digits (OCI image-spec, descriptor.md, "Digests").</summary>
public sealed record Digest
{
    public const string Prefix = "sha256:";

    private Digest(string hex) => Hex = hex;

    public string Hex { get; }

    /// <summary>With the algorithm.</summary>
    public string Value => Prefix + Hex;

    /// <summary>docker's 12 digits.</summary>
    public string Short => Hex[..12];

    public static Either<DomainError, Digest> Parse(string? text) =>
        text is { Length: 71 } && text.StartsWith(Prefix, StringComparison.Ordinal) && IsHex(text.AsSpan(7))
            ? new Digest(text[7..])
            : new DomainError.Invalid("digest", text ?? "", "must be sha256: and 64 lower-case hex digits");

    public static Either<DomainError, Digest> FromHex(string? hex) => Parse(Prefix + hex);

    public static Digest Of(ReadOnlySpan<byte> bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <summary>From the 32 bytes of a finished hash.</summary>
    public static Digest FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == 32 ? new(Convert.ToHexStringLower(hash)) : throw new System.Diagnostics.UnreachableException("not SHA-256");

    public static bool IsHex(ReadOnlySpan<char> text) => text.IndexOfAnyExcept("0123456789abcdef") < 0;

    public override string ToString() => Value;
}
