namespace EventDock.Adapters.Runc;

using System.IO;
using System.Security.Cryptography;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>
/// The values of -e: NUL-separated in <c>containers/ID/env</c>, and known to the ledger by their HMAC under
/// <c>hmac.key</c>, which is made on first use and is in no backup of the database.
/// </summary>
public static class SecretStoreAdapter
{
    private const int KeySize = 32;

    public static SecretStore Create(string root)
    {
        var paths = new RuntimePaths(root, "", Seq<string>());
        var key = new Lazy<byte[]>(() => Key($"{root}/hmac.key"));
        return new SecretStore(
            Write: (id, values, _) => Results.Blocking(paths.Secrets(id), () => Write(paths.Secrets(id), values)),
            Read: (id, _) => Results.Blocking(paths.Secrets(id), () => Read(paths.Secrets(id))),
            Keyed: value => Convert.ToHexStringLower(HMACSHA256.HashData(key.Value, Encoding.UTF8.GetBytes(value))))
        {
            Profile = (id, profile, _) => Results.Blocking(paths.SeccompProfile(id), () =>
            {
                PrivateFiles.Write(paths.SeccompProfile(id), profile.Span);
                return Right<DomainError, Unit>(unit);
            }),
        };
    }

    private static Either<DomainError, Unit> Write(string path, Seq<string> values)
    {
        PrivateFiles.Write(path, string.Join('\0', values));
        return unit;
    }

    private static Either<DomainError, Seq<string>> Read(string path) =>
        PrivateFiles.ReadText(path) is { Length: > 0 } text ? text.Split('\0').ToSeq() : Seq<string>();

    /// <summary>Two first commands at once agree on one key: it is linked to its name, which only one of them can do.</summary>
    private static byte[] Key(string path)
    {
        if (!File.Exists(path))
        {
            var staging = $"{path}.{Guid.NewGuid():N}";
            PrivateFiles.Write(staging, RandomNumberGenerator.GetBytes(KeySize));
            // What is in the ledger under a key that a power cut has emptied would be known by nothing any more.
            using (var written = File.OpenHandle(staging))
            {
                Fs.Sync(written);
            }

            PrivateFiles.MoveIfFree(staging, path);
            using var root = Fs.OpenDirectory(Path.GetDirectoryName(path)!);
            Fs.Sync(root);
        }

        var key = File.ReadAllBytes(path);
        return key.Length == KeySize ? key : throw new InvalidDataException($"{path} is not a key of {KeySize} bytes");
    }
}
