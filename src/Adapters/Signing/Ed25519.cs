namespace EventDock.Adapters.Signing;

using System.Security.Cryptography;

/// <summary>Ed25519 (RFC 8032) by libcrypto: .NET has no such signature of its own, and every host that runs it has this one.</summary>
public static unsafe class Ed25519
{
    public const int SeedLength = 32, KeyLength = 32, SignatureLength = 64;

    /// <summary>A new private key: 32 random bytes.</summary>
    public static byte[] NewSeed() => RandomNumberGenerator.GetBytes(SeedLength);

    public static byte[] PublicKey(byte[] seed) =>
        WithPrivate(seed, key =>
        {
            var raw = new byte[KeyLength];
            var length = (nuint)KeyLength;
            fixed (byte* p = raw)
            {
                Must(Libcrypto.RawPublicKey(key, p, &length) == 1 && length == KeyLength, "gives no public key");
            }

            return raw;
        });

    public static byte[] Sign(byte[] seed, byte[] message) =>
        WithPrivate(seed, key =>
        {
            var signature = new byte[SignatureLength];
            var length = (nuint)SignatureLength;
            var context = Libcrypto.NewContext();
            try
            {
                fixed (byte* s = signature, m = message)
                {
                    Must(
                        Libcrypto.BeginSign(context, 0, 0, 0, key) == 1
                        && Libcrypto.Sign(context, s, &length, m, (nuint)message.Length) == 1 && length == SignatureLength,
                        "does not sign");
                }
            }
            finally
            {
                Libcrypto.FreeContext(context);
            }

            return signature;
        });

    /// <summary>False for anything that is not a signature of this message by this key, whatever it is instead.</summary>
    public static bool Verify(byte[] publicKey, byte[] message, byte[] signature)
    {
        if (publicKey.Length != KeyLength || signature.Length != SignatureLength)
        {
            return false;
        }

        nint key;
        fixed (byte* p = publicKey)
        {
            key = Libcrypto.PublicKey(Libcrypto.Ed25519, 0, p, KeyLength);
        }

        if (key == 0)
        {
            Libcrypto.ClearErrors();
            return false;
        }

        var context = Libcrypto.NewContext();
        try
        {
            fixed (byte* s = signature, m = message)
            {
                var good = Libcrypto.BeginVerify(context, 0, 0, 0, key) == 1
                    && Libcrypto.Verify(context, s, SignatureLength, m, (nuint)message.Length) == 1;
                Libcrypto.ClearErrors();
                return good;
            }
        }
        finally
        {
            Libcrypto.FreeContext(context);
            Libcrypto.FreeKey(key);
        }
    }

    private static byte[] WithPrivate(byte[] seed, Func<nint, byte[]> work)
    {
        nint key;
        fixed (byte* p = seed)
        {
            key = Libcrypto.PrivateKey(Libcrypto.Ed25519, 0, p, (nuint)seed.Length);
        }

        Must(key != 0, "takes no key");
        try
        {
            return work(key);
        }
        finally
        {
            Libcrypto.FreeKey(key);
        }
    }

    private static void Must(bool done, string fault)
    {
        if (!done)
        {
            throw new CryptographicException($"libcrypto {fault}");
        }
    }
}
