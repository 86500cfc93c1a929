namespace EventDock.Domain.Layers;

using EventDock.Domain.Kernel;

/// <summary>Committed layers as they stand on disk, as functions that only look.</summary>
/// <param name="Directory">Where a layer's files are; it need not be there.</param>
/// <param name="Files">Everything in a layer, parents first, names in the order of their bytes.</param>
/// <param name="Compare">What one stack of layers shows otherwise than another, in the same order.</param>
public sealed record LayerReader(
    Func<string, string> Directory,
    Func<string, Func<LayerFile, Unit>, CancellationToken, EitherAsync<DomainError, Unit>> Files,
    Func<LayerComparison, Func<FileChange, Unit>, CancellationToken, EitherAsync<DomainError, Unit>> Compare);

/// <summary>Two stacks of layers, base first each.</summary>
/// <param name="Text">Up to how many bytes a text file is read whole, to be compared line by line; 0: none is.</param>
public sealed record LayerComparison(Seq<string> Before, Seq<string> After, int Text)
{
    /// <summary>Layers that both have at their base: what they show there is the same.</summary>
    public int Shared => Before.Zip(After).TakeWhile(both => both.Item1 == both.Item2).Count();
}

/// <summary>What a name is.</summary>
public enum FileType
{
    File,
    Directory,
    Symlink,
    CharDevice,
    BlockDevice,
    Fifo,
    Socket,

    /// <summary>In a layer: what the layers below have under this name is gone.</summary>
    Removal,
}

/// <summary>A name in a layer, or in what several layers show together.</summary>
/// <param name="Path">From the root, without a leading slash, as bytes.</param>
/// <param name="Size">Bytes of a regular file; else 0.</param>
/// <param name="Target">Where a symlink leads; else null.</param>
/// <param name="Device">Major and minor number; of a device.</param>
/// <param name="Opaque">In a layer: a directory that hides the one below.</param>
public sealed record LayerFile(
    byte[] Path, FileType Type, uint Mode, uint Uid, uint Gid, long Size, byte[]? Target, (uint Major, uint Minor) Device,
    DateTimeOffset Modified, bool Opaque);

/// <summary>A path that is not the same on both sides.</summary>
/// <param name="Before">Null where it is added.</param>
/// <param name="After">Null where it is removed.</param>
/// <param name="Text">The lines of both sides, where they were asked for and the content is not the same; else null.</param>
public sealed record FileChange(LayerFile? Before, LayerFile? After, TextChange? Text)
{
    /// <summary>A, C or D, as docker diff has them.</summary>
    public string Kind => Before is null ? "A" : After is null ? "D" : "C";

    public byte[] Path => (After ?? Before ?? throw new System.Diagnostics.UnreachableException("a change of nothing")).Path;

    /// <summary>By how many bytes it has grown; negative where it has shrunk.</summary>
    public long Growth => (After?.Size ?? 0) - (Before?.Size ?? 0);
}

/// <param name="Before">Empty where there is no file.</param>
/// <param name="Unread">Why there is no text to be shown; null where there is.</param>
public sealed record TextChange(string Before, string After, string? Unread);
