namespace EventDock.Adapters.Signing;

using System.IO;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>
/// The signing key of a root: <c>signing/ed25519.pem</c>, for root's eyes only, in the form that openssl reads (PKCS #8). It is made
/// by the first command that needs it; of two at once one makes it, and both use that one.
/// </summary>
internal static class KeyFile
{
    private const string Begin = "-----BEGIN PRIVATE KEY-----\n", End = "\n-----END PRIVATE KEY-----\n";

    /// <summary>What stands before the 32 bytes of the key in every PKCS #8 file of an Ed25519 key (RFC 8410, section 7).</summary>
    private static readonly byte[] Prefix = Convert.FromHexString("302e020100300506032b657004220420");

    private static readonly byte[] Name = Bytes.Of("ed25519.pem");

    /// <summary>The key's 32 secret bytes.</summary>
    public static async Task<Either<DomainError, byte[]>> SeedAsync(string root, CancellationToken cancel)
    {
        var text = await Guarded.Run(() => Text(root), cancel);
        return text.Bind(read => Parse(Path.Combine(SigningFiles.Directory(root), "ed25519.pem"), read));
    }

    private static string Text(string root)
    {
        using var directory = SigningFiles.Open(root);
        if (SigningFiles.Read(directory, Name) is { } there)
        {
            return there;
        }

        var staged = SigningFiles.Stage(directory, Encoding.ASCII.GetBytes(Format(Ed25519.NewSeed())));
        try
        {
            Fs.MakeLink(directory, staged, directory, Name);
        }
        catch (PosixException e) when (e.Code == Errno.Exists)
        {
            // Another command was first; its key is the root's.
        }
        finally
        {
            Fs.Unlink(directory, staged);
        }

        Fs.Sync(directory);
        return SigningFiles.Read(directory, Name) ?? throw new PosixException(Errno.NoEntry, "read", SigningFiles.Directory(root));
    }

    private static string Format(byte[] seed) => Begin + Convert.ToBase64String([.. Prefix, .. seed]) + End;

    private static Either<DomainError, byte[]> Parse(string path, string text) =>
        text.StartsWith(Begin, StringComparison.Ordinal) && text.EndsWith(End, StringComparison.Ordinal)
            && text.Length > Begin.Length + End.Length
            ? StrictBase64.Parse(text[Begin.Length..^End.Length])
                .Filter(b => b.Length == Prefix.Length + Ed25519.SeedLength && b.AsSpan().StartsWith(Prefix))
                .Match(Some: b => Right<DomainError, byte[]>(b[Prefix.Length..]), None: () => Wrong(path))
            : Wrong(path);

    private static DomainError Wrong(string path) => new DomainError.SignerFailed(path, "is not a private Ed25519 key in PEM");
}
