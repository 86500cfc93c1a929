namespace EventDock.Adapters.Signing;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>The directory <c>signing/</c> of a root, 0700: files in it are 0600, and appear whole or not at all.</summary>
internal static class SigningFiles
{
    private const uint Private = 0x180;

    public static string Directory(string root) => Path.Combine(root, "signing");

    public static SafeFileHandle Open(string root)
    {
        if (Fs.TryMakeUnset(Fs.Cwd, Bytes.Of(Directory(root))))
        {
            using var above = Fs.OpenDirectory(root);
            Fs.Sync(above);
        }

        return Fs.OpenDirectory(Directory(root));
    }

    /// <summary>Null where there is no such file.</summary>
    public static string? Read(SafeFileHandle directory, byte[] name)
    {
        if (!Fs.TryAt(directory, name, Posix.Open.Read | Posix.Open.NoFollow, 0, out var file, out var errno))
        {
            file.Dispose();
            return errno == Errno.NoEntry ? null : throw Fs.Failed(errno, "open", name);
        }

        using var reader = new StreamReader(new FileStream(file, FileAccess.Read));
        return reader.ReadToEnd();
    }

    /// <summary>Writes a file that has no final name yet, durably; gives the name that it has meanwhile.</summary>
    public static byte[] Stage(SafeFileHandle directory, byte[] content)
    {
        var name = Bytes.Of($".{Guid.NewGuid():N}");
        using var file = Fs.At(directory, name, Posix.Open.Write | Posix.Open.Create | Posix.Open.Exclusive | Posix.Open.NoFollow, Private);
        Fs.ChangeMode(file, Private);
        Fs.Write(file, content);
        Fs.Sync(file);
        return name;
    }

    /// <summary>Replaces a file, durably.</summary>
    public static void Replace(SafeFileHandle directory, byte[] name, byte[] content)
    {
        Fs.Rename(directory, Stage(directory, content), directory, name);
        Fs.Sync(directory);
    }
}
