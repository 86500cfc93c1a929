namespace EventDock.Domain.Images;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>A file of an archive, put aside in the root's staging and hashed on the way.</summary>
/// <param name="Place">The absolute path of the copy.</param>
public sealed record StagedFile(string Place, Digest Digest, long Size);

/// <summary>What one name in an archive is.</summary>
public abstract record ArchivedName
{
    private ArchivedName() { }

    public sealed record File(StagedFile Staged) : ArchivedName;

    public sealed record Directory : ArchivedName;

    /// <param name="Target">From the archive's top.</param>
    public sealed record Link(byte[] Target) : ArchivedName;
}

/// <summary>
/// The names in an archive. Links lead to other names of the archive, never to a file of the host (archives of docker 1.10 and of
/// skopeo hold them, where two layers are the same).
/// </summary>
public sealed class ArchiveListing(string what)
{
    private const int MostHops = 16;

    private readonly Dictionary<string, ArchivedName> names = new(StringComparer.Ordinal);

    /// <param name="path">As the entry has it.</param>
    public Either<DomainError, Unit> Add(ReadOnlySpan<byte> path, ArchivedName name)
    {
        var clean = Clean(path);
        if (clean.IsLeft)
        {
            return clean.Map(_ => unit);
        }

        var key = clean.Match(Right: Key, Left: _ => "");
        if (key.Length == 0)
        {
            return name is ArchivedName.Directory ? unit : new DomainError.BadContent(what, "its root must be a directory");
        }

        // Two readers could take two images out of an archive that has one name twice.
        if (names.TryGetValue(key, out var before) && !Same(before, name))
        {
            return new DomainError.BadContent(what, $"{Shown(key)} is there twice");
        }

        names[key] = name;
        return unit;
    }

    /// <summary>A symbolic link's target as a name of the archive.</summary>
    public Either<DomainError, byte[]> Target(ReadOnlySpan<byte> path, ReadOnlySpan<byte> target)
    {
        if (target is [(byte)'/', ..])
        {
            return Leaves(target);
        }

        var at = path.LastIndexOf((byte)'/');
        return Clean([.. path[..(at + 1)], .. target]);
    }

    public bool Has(string path) => names.ContainsKey(Key(Encoding.UTF8.GetBytes(path)));

    /// <summary>The file of that name, through links.</summary>
    public Either<DomainError, StagedFile> Find(string path) =>
        Clean(Encoding.UTF8.GetBytes(path)).Bind(clean => Find(Key(clean), path, MostHops));

    private Either<DomainError, StagedFile> Find(string key, string asked, int hops) =>
        names.TryGetValue(key, out var name)
            ? name switch
            {
                ArchivedName.File file => file.Staged,
                ArchivedName.Link link when hops > 0 => Find(Key(link.Target), asked, hops - 1),
                ArchivedName.Link => new DomainError.BadContent(what, $"{asked} is a link that leads nowhere"),
                _ => new DomainError.BadContent(what, $"{asked} is a directory"),
            }
            : new DomainError.BadContent(what, key == asked ? $"{asked} is missing" : $"{asked} is missing ({Shown(key)})");

    private Either<DomainError, byte[]> Clean(ReadOnlySpan<byte> path) =>
        path is [(byte)'/', ..] ? Leaves(path) : ArchivePath.Clean(path).ToEither(Leaves(path));

    private DomainError Leaves(ReadOnlySpan<byte> path) => new DomainError.LeavesRoot(what, Encoding.UTF8.GetString(path));

    private static bool Same(ArchivedName a, ArchivedName b) =>
        (a, b) switch
        {
            (ArchivedName.File x, ArchivedName.File y) => x.Staged.Digest.Hex == y.Staged.Digest.Hex,
            (ArchivedName.Directory, ArchivedName.Directory) => true,
            (ArchivedName.Link x, ArchivedName.Link y) => x.Target.AsSpan().SequenceEqual(y.Target),
            _ => false,
        };

    // Every byte a character: what is not UTF-8 stays what it is.
    private static string Key(byte[] path) => Encoding.Latin1.GetString(path);

    private static string Shown(string key) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(key));
}
