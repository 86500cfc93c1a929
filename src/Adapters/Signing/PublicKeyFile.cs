namespace EventDock.Adapters.Signing;

using System.IO;
using System.Security.Cryptography;
using EventDock.Domain.Kernel;

/// <summary>Public keys in PEM (RFC 7468, section 13) with which images are signed: ECDSA on P-256 with SHA-256, or Ed25519.</summary>
public static class PublicKeyFile
{
    private const int MaxBytes = 64 * 1024;

    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>What stands before the 32 bytes of every Ed25519 key (RFC 8410, section 4).</summary>
    private static readonly byte[] Ed25519Prefix = Convert.FromHexString("302a300506032b6570032100");

    /// <summary>Says whether a signature of a message is that key's.</summary>
    public static Either<DomainError, Func<byte[], byte[], bool>> Read(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: <= MaxBytes })
            {
                return new DomainError.FileFailed(path, File.Exists(path) ? $"is longer than {MaxBytes} bytes" : "no such file");
            }

            var text = File.ReadAllText(path);
            return PemEncoding.TryFind(text, out var fields) && text[fields.Label] == "PUBLIC KEY"
                ? Of(Convert.FromBase64String(text[fields.Base64Data]), path)
                : new DomainError.FileFailed(path, "holds no public key in PEM");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or FormatException)
        {
            return new DomainError.FileFailed(path, e.Message);
        }
    }

    private static Either<DomainError, Func<byte[], byte[], bool>> Of(byte[] key, string path)
    {
        if (key.Length == Ed25519Prefix.Length + 32 && key.AsSpan().StartsWith(Ed25519Prefix))
        {
            var bytes = key[Ed25519Prefix.Length..];
            return new Func<byte[], byte[], bool>((message, signature) =>
                signature.Length == Ed25519.SignatureLength && Ed25519.Verify(bytes, message, signature));
        }

        using var curve = ECDsa.Create();
        curve.ImportSubjectPublicKeyInfo(key, out _);
        if (curve.ExportParameters(false).Curve.Oid.Value != P256)
        {
            return new DomainError.FileFailed(path, "is no key on P-256 and none for Ed25519");
        }

        return new Func<byte[], byte[], bool>((message, signature) => Verify(key, message, signature));
    }

    private static bool Verify(byte[] key, byte[] message, byte[] signature)
    {
        using var curve = ECDsa.Create();
        curve.ImportSubjectPublicKeyInfo(key, out _);
        return curve.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}
