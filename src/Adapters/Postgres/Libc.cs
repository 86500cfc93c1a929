namespace EventDock.Adapters.Postgres;

using System.Runtime.InteropServices;

/// <summary>The calls that .NET has no function for. Each gives 0, or -1 with errno.</summary>
internal static partial class Libc
{
    public const uint OwnerAlone = 0b111_000_000;
    public const uint OwnerAndGroup = 0b111_101_000;
    public const uint Passable = 0b111_001_001;
    public const int Interrupt = 2;
    public const int ErrnoNoProcess = 3;

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeMode(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int fromDirectory, string from, int toDirectory, string to, uint flags);

    /// <summary>Each gets the other's name, at one moment.</summary>
    public static bool Exchange(string one, string other)
    {
        const int Here = -100;
        const uint RenameExchange = 2;
        return Rename(Here, one, Here, other, RenameExchange) == 0;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    /// <summary>Makes a rename within the directory outlive a power cut.</summary>
    public static bool SyncDirectory(string path)
    {
        const int readOnlyCloseOnExec = 0x80000;
        var descriptor = Open(path, readOnlyCloseOnExec);
        if (descriptor < 0)
        {
            return false;
        }

        var done = Sync(descriptor) == 0;
        return Close(descriptor) == 0 && done;
    }
}
