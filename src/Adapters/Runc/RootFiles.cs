namespace EventDock.Adapters.Runc;

using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// The few things read and made in a container's root from outside. Whoever filled it is hostile: all names resolve inside it
/// (openat2 RESOLVE_IN_ROOT), and only a regular file is ever opened for reading.
/// </summary>
internal static unsafe partial class RootFiles
{
    private const long OpenAt2 = 437;
    private const int Missing = 2, NotDirectory = 20, Exists = 17, Loop = 40;
    private const ulong PathOnly = 0x200000, CloseOnExec = 0x80000, OnlyDirectory = 0x10000;
    private const ulong InRoot = 0x10, NoMagicLinks = 0x02;
    private const int Largest = 4 * 1024 * 1024;

    /// <summary>As whom a process in that root runs.</summary>
    public static Either<DomainError, ResolvedUser> Resolve(string root, string user) => Resolve(root, user, Seq<string>());

    /// <param name="groups">Beside those of the user, by name or number.</param>
    public static Either<DomainError, ResolvedUser> Resolve(string root, string user, Seq<string> groups)
    {
        using var top = OpenRoot(root);
        return Read(top, "etc/passwd").Fails(out var error, out var passwd) ? error
            : Read(top, "etc/group").Fails(out error, out var group) ? error
            : PasswdFile.Resolve(user, passwd, group)
                .Bind(found => PasswdFile.With(found, groups, group));
    }

    /// <summary>docker makes a missing working directory: 0755, root's.</summary>
    public static Either<DomainError, Unit> MakeDirectory(string root, string path)
    {
        if (!path.StartsWith('/'))
        {
            return new DomainError.Invalid("working directory", path, "it needs to be an absolute path");
        }

        using var top = OpenRoot(root);
        using (var there = Open(top, "." + path, PathOnly | OnlyDirectory, out var error))
        {
            if (error == 0)
            {
                return unit;
            }

            if (error is not Missing)
            {
                return error is NotDirectory
                    ? new DomainError.Invalid("working directory", path, "it is not a directory")
                    : new DomainError.FileFailed(path, Marshal.GetPInvokeErrorMessage(error));
            }
        }

        return MakeEach(top, path);
    }

    private static Either<DomainError, Unit> MakeEach(SafeFileHandle top, string path)
    {
        var reached = ".";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var parent = Open(top, reached, PathOnly | OnlyDirectory, out var error);
            if (error != 0)
            {
                return new DomainError.FileFailed(path, Marshal.GetPInvokeErrorMessage(error));
            }

            if (part is not ("." or "..") && Mkdir((int)parent.DangerousGetHandle(), part, 0x1ed) == 0)
            {
                using var made = Open(top, $"{reached}/{part}", OnlyDirectory, out error);
                if (error == 0)
                {
                    ChangeMode((int)made.DangerousGetHandle(), 0x1ed);
                }
            }
            else if (part is not ("." or "..") && Marshal.GetLastPInvokeError() is var refused and not Exists)
            {
                return new DomainError.FileFailed(path, Marshal.GetPInvokeErrorMessage(refused));
            }

            reached += "/" + part;
        }

        return unit;
    }

    /// <summary>Empty where there is no such file; a FIFO, device or directory in its place is refused without being opened.</summary>
    private static Either<DomainError, byte[]> Read(SafeFileHandle top, string name)
    {
        using var found = Open(top, name, PathOnly, out var error);
        if (error is Missing or NotDirectory or Loop)
        {
            return System.Array.Empty<byte>();
        }

        var stat = stackalloc byte[256];
        if (error != 0 || Statx((int)found.DangerousGetHandle(), "", 0x1000, 0x201, stat) != 0)
        {
            return new DomainError.FileFailed("/" + name, error != 0 ? Marshal.GetPInvokeErrorMessage(error) : "cannot be looked at");
        }

        // struct statx: stx_mode at 28, stx_size at 40.
        if ((*(ushort*)(stat + 28) & 0xf000) != 0x8000 || *(ulong*)(stat + 40) > Largest)
        {
            return new DomainError.FileFailed("/" + name, $"is no regular file of at most {Largest} bytes");
        }

        using var file = File.OpenHandle($"/proc/self/fd/{found.DangerousGetHandle()}");
        var content = new MemoryStream();
        var buffer = new byte[16384];
        for (int count; content.Length <= Largest && (count = RandomAccess.Read(file, buffer, content.Length)) > 0;)
        {
            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }

    private static SafeFileHandle OpenRoot(string root)
    {
        var handle = new SafeFileHandle(OpenCall(root, (int)(PathOnly | OnlyDirectory | CloseOnExec)), true);
        return handle.IsInvalid ? throw new IOException($"{root}: {Marshal.GetLastPInvokeErrorMessage()}") : handle;
    }

    private static SafeFileHandle Open(SafeFileHandle top, string path, ulong flags, out int error)
    {
        var how = stackalloc ulong[3] { flags | CloseOnExec, 0, InRoot | NoMagicLinks };
        var name = Encoding.UTF8.GetBytes(path + "\0");
        fixed (byte* start = name)
        {
            var descriptor = (int)OpenAt2Call(OpenAt2, (int)top.DangerousGetHandle(), start, how, 24);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
            return new SafeFileHandle(descriptor, true);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long OpenAt2Call(long number, int directory, byte* path, ulong* how, nuint size);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCall(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mkdir(int directory, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(int descriptor, uint mode);
}
