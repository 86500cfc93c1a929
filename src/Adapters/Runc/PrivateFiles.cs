namespace EventDock.Adapters.Runc;

using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using EventDock.Domain.Kernel;

/// <summary>Files and directories for root's eyes only, and what becomes of an operation on them that fails.</summary>
internal static partial class PrivateFiles
{
    private const int NoSpace = 28, Exists = 17, Missing = 2, NotEmpty = 39, Busy = 16;
    private const int WriteCreateTruncate = 0x1 | 0x40 | 0x200 | 0x80000 | 0x20000;

    /// <summary>0700, parents as they are. One that is there stays.</summary>
    public static void MakeDirectory(string path)
    {
        if (Mkdir(path, 0x1c0) != 0 && Marshal.GetLastPInvokeError() is var error and not Exists)
        {
            if (error != Missing || Path.GetDirectoryName(path) is not { Length: > 1 } parent)
            {
                throw Failed(path, error);
            }

            MakeDirectory(parent);
            MakeDirectory(path);
        }
    }

    /// <summary>The same in a directory that is there. False where that has gone.</summary>
    public static bool MakeInside(string path)
    {
        var error = Mkdir(path, 0x1c0) == 0 ? 0 : Marshal.GetLastPInvokeError();
        return error is 0 or Exists || (error == Missing ? false : throw Failed(path, error));
    }

    /// <summary>Replaces the content; the mode is given at creation, so there is no moment at which others can read it.</summary>
    public static unsafe void Write(string path, ReadOnlySpan<byte> content, int mode = 0x180)
    {
        var descriptor = Open(path, WriteCreateTruncate, mode);
        if (descriptor < 0)
        {
            throw Failed(path, Marshal.GetLastPInvokeError());
        }

        try
        {
            ChangeMode(descriptor, mode);
            fixed (byte* start = content)
            {
                for (var written = 0; written < content.Length;)
                {
                    var count = WriteCall(descriptor, start + written, (nuint)(content.Length - written));
                    written += count >= 0 ? (int)count : throw Failed(path, Marshal.GetLastPInvokeError());
                }
            }
        }
        finally
        {
            CloseCall(descriptor);
        }
    }

    public static void Write(string path, string content, int mode = 0x180) => Write(path, Encoding.UTF8.GetBytes(content), mode);

    /// <summary>Removes a tree of our own. Who still writes into it (an ending conmon) is waited for briefly.</summary>
    public static void RemoveTree(string path)
    {
        for (var attempt = 0; Directory.Exists(path); attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (IOException e) when (attempt < 50 && (e is DirectoryNotFoundException || e.HResult is NotEmpty or Busy or Missing))
            {
                // What is gone may be a part of it, which another command has just removed.
                Thread.Sleep(2);
            }
        }
    }

    /// <summary>Gives the file its final name unless another has it; the staging name goes in either case.</summary>
    public static void MoveIfFree(string staging, string final)
    {
        var error = LinkCall(staging, final) == 0 ? 0 : Marshal.GetLastPInvokeError();
        File.Delete(staging);
        if (error is not (0 or Exists))
        {
            throw Failed(final, error);
        }
    }

    /// <summary>Null where there is none.</summary>
    public static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static DomainError Error(string path, IOException e) =>
        e.HResult == NoSpace ? new DomainError.DiskFull(path) : new DomainError.FileFailed(path, e.Message);

    private static IOException Failed(string path, int error) =>
        new($"{path}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mkdir(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkCall(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(int descriptor, int mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteCall(int descriptor, byte* data, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseCall(int descriptor);
}
