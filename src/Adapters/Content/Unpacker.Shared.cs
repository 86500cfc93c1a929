namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using Microsoft.Win32.SafeHandles;

/// <summary>What an archive may do to the directory it is unpacked into.</summary>
/// <param name="IsLayer">Whiteouts mean something.</param>
internal sealed record UnpackRules(bool IsLayer)
{
    internal static readonly UnpackRules Layer = new(true) { MakesNodes = true, Owners = CopyOwners.AtSource };
    internal static readonly UnpackRules Context = new(false);

    /// <summary>Into a directory in which others may be at work: none of them can have a step of ours done elsewhere.</summary>
    internal static UnpackRules Copy(CopyOwners owners) => new(false) { MakesNodes = true, Owners = owners, IsShared = true };

    /// <summary>Devices and FIFOs are made; else (a build context) they are refused.</summary>
    internal bool MakesNodes { get; init; }

    internal CopyOwners Owners { get; init; } = CopyOwners.Ours;

    /// <summary>What is there already belongs to somebody: a directory is replaced by nothing else, and replaces nothing else.</summary>
    internal bool IsShared { get; init; }
}

internal sealed partial class Unpacker
{
    /// <summary>A path from the root under which all of the archive goes; it may have links in it, which are followed.</summary>
    internal byte[] Into { get; init; } = [];

    /// <summary>The directory that is unpacked into stays as it is.</summary>
    private bool IsToBeMade(TarEntry entry, byte[] path)
    {
        if (path.AsSpan().SequenceEqual(Into))
        {
            return entry.Kind == TarKind.Directory ? false : throw Refused(entry, "the root must be a directory");
        }

        if (!Fs.TryStat(tree.Directory(ArchivePath.Parent(path)), ArchivePath.Name(path), out var there)
            || there.Kind == FileKind.Directory == (entry.Kind == TarKind.Directory))
        {
            return true;
        }

        throw new RefusedException(new DomainError.BadContent(what, entry.Kind == TarKind.Directory
            ? $"cannot overwrite non-directory /{Bytes.Show(path)} with a directory"
            : $"cannot overwrite directory /{Bytes.Show(path)} with a non-directory"));
    }

    private (uint Uid, uint Gid)? Owner(TarEntry entry) =>
        rules.Owners.User ?? (rules.Owners.Kept ? ((uint)entry.Uid, (uint)entry.Gid) : null);

    private void SetMode(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode)
    {
        if (rules.IsShared)
        {
            Fs.ChangeModeItself(directory, name, mode);
        }
        else
        {
            Fs.ChangeMode(directory, name, mode);
        }
    }
}
