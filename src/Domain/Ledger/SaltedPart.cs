namespace EventDock.Domain.Ledger;

using System.Security.Cryptography;

/// <summary>An event's headers or data, as they were hashed: a salt, and canonical JSON behind it.</summary>
public sealed record SaltedPart(byte[] Salt, byte[] Json)
{
    public const int SaltLength = 16;

    /// <summary>Hex of SHA-256(salt ‖ JSON), as the leaf's line has it.</summary>
    public string Digest
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Salt);
            hash.AppendData(Json);
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }
}
