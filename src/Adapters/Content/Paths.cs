namespace EventDock.Adapters.Content;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>
/// Where things are under one root. <c>blobs/sha256/HEX</c>; <c>layers/HEX/diff</c> with <c>layers/HEX/layer.json</c>;
/// <c>l/</c> with a short link to each layer's diff (mount options have one page); <c>containers/ID/{upper,work,merged}</c>;
/// <c>staging/</c> and <c>trash/</c>, the only places that are ever cleaned up; <c>locks/</c>.
/// </summary>
/// <param name="Root">Absolute. Traversable for others (the database's user has its place in it); what images hold is not.</param>
public sealed record Paths(string Root)
{
    private const int LongestRoot = 512;

    /// <summary>Where what is about to be told to a ledger is noted; null where there is none to be asked.</summary>
    public Claims? Claims { get; init; }

    /// <summary>What is deleted at once; null where nobody comes after us: everything.</summary>
    public TrashCare? TrashCare { get; init; }

    public string Blobs => Path.Combine(Root, "blobs", "sha256");

    public string Layers => Path.Combine(Root, "layers");

    public string Links => Path.Combine(Root, "l");

    /// <summary>The lowest layer of every container, made with the first mount.</summary>
    public string MountPoints => Path.Combine(Links, "mountpoints");

    public string Containers => Path.Combine(Root, "containers");

    public string Staging => Path.Combine(Root, "staging");

    /// <summary>A name for each container whose files are to be kept with what is recorded of them.</summary>
    public string Records => Path.Combine(Root, "records");

    public string Trash => Path.Combine(Root, "trash");

    public string Locks => Path.Combine(Root, "locks");

    public string Layer(string id) => Path.Combine(Layers, id);

    public string Diff(string id) => Path.Combine(Layers, id, "diff");

    public string Container(string id) => Path.Combine(Containers, id);

    public string Upper(string container) => Path.Combine(Containers, container, "upper");

    public string Work(string container) => Path.Combine(Containers, container, "work");

    public string Merged(string container) => Path.Combine(Containers, container, "merged");

    /// <summary>A layer's short link, relative to the root: what stands in mount options, with the root as current directory.</summary>
    public static string Link(string layerId) => "l/" + layerId[..16];

    /// <summary>Makes the directories that are missing.</summary>
    public Either<DomainError, Unit> Prepare()
    {
        // Postgres keeps paths in 1,024 bytes, its own names below ours included.
        if (Bytes.Of(Root).Length > LongestRoot)
        {
            return new DomainError.Invalid("root", Root, $"is longer than {LongestRoot} bytes");
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Root) ?? "/");
            Fs.TryMakeDirectory(Fs.Cwd, Bytes.Of(Root), 0x1c9);
            string[] all = [Path.Combine(Root, "blobs"), Blobs, Layers, Links, Containers, Records, Staging, Trash, Locks];
            foreach (var directory in all)
            {
                Fs.TryMakeDirectory(Fs.Cwd, Bytes.Of(directory), 0x1c0);
            }

            return unit;
        }
        catch (PosixException e)
        {
            return e.Error;
        }
        catch (UnauthorizedAccessException e)
        {
            return new DomainError.FileFailed(Root, e.Message);
        }
        catch (IOException e)
        {
            return new DomainError.FileFailed(Root, e.Message);
        }
    }

    /// <summary>One plain name: neither a path nor hidden.</summary>
    internal static bool IsName(string id) => id.Length is > 0 and <= 128 && id[0] != '.' && !id.AsSpan().ContainsAny('/', '\0');
}
