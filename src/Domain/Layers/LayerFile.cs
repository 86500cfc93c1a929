namespace EventDock.Domain.Layers;

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
