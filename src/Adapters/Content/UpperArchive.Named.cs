namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using Microsoft.Win32.SafeHandles;

internal sealed partial class UpperArchive
{
    /// <summary>Files below this are written out whole, as everybody does; above, holes stay holes: docker reads that form, too.</summary>
    internal const long Portable = 1L << 30;

    /// <summary>For an archive that nobody but us reads.</summary>
    internal const long AnyHole = 1;

    /// <summary>An upper directory in which a container may be at work: as with a mounted root, but for what overlayfs has in it.</summary>
    internal bool Live { get; init; }

    /// <summary>Files of this size and more are written with their holes.</summary>
    internal long SparseFrom { get; init; } = Portable;

    /// <summary>Stands at the beginning.</summary>
    internal string? Comment { get; init; }

    /// <summary>File systems that are mounted in it belong to it.</summary>
    internal bool WithMounts { get; init; }

    private bool Moving => Merged || Live;

    private Resolve Inside =>
        Resolve.Beneath | Resolve.NoSymlinks | Resolve.NoMagicLinks | (WithMounts ? Resolve.None : Resolve.NoMounts);

    /// <summary>One name with all below it, by another name.</summary>
    /// <param name="name">Empty for the directory itself.</param>
    /// <param name="shown">In the archive; <c>.</c> or <c>/</c> for what is in a directory alone.</param>
    internal void WriteNamed(SafeFileHandle directory, byte[] name, byte[] shown)
    {
        var content = shown is [(byte)'/'] or [(byte)'.'];
        if (name.Length > 0 && !content)
        {
            Write(directory, name, shown, 0);
        }
        else
        {
            using var itself = Fs.In(directory, name.Length == 0 ? "."u8 : name, Open.Read | Open.Directory, Inside);
            var path = content ? "."u8.ToArray() : shown;
            tar.Entry(Entry([.. path, (byte)'/'], TarKind.Directory, Fs.Stat(itself), Attributes(itself, "."u8, path, out _)));
            Walk(itself, path, 1);
        }

        tar.End();
    }
}
