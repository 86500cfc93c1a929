namespace EventDock.Adapters.Host;

using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Kernel;

/// <summary>User names as this host has them: those of passwd(5), then those of its name service (getpwuid_r(3), nsswitch.conf(5)).</summary>
internal static unsafe partial class UserNames
{
    private const string Passwd = "/etc/passwd";

    /// <summary>A directory on the network that does not answer holds up no command: then there is no name, and the uid stands alone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>struct passwd is smaller on every platform; its first member is the name.</summary>
    private const int Entry = 128;

    private const int Texts = 16 << 10;

    /// <summary>Null where there is none, or none that <see cref="UserName"/> takes for one.</summary>
    public static string? Of(uint uid) => (Local(uid) ?? Served(uid)) is { } name && UserName.Is(name) ? name : null;

    private static string? Local(uint uid)
    {
        var number = uid.ToString(CultureInfo.InvariantCulture);
        try
        {
            return File.ReadLines(Passwd).Select(line => line.Split(':')).FirstOrDefault(entry => entry.Length > 2 && entry[2] == number)?[0];
        }
        catch (IOException)
        {
            // A host without one has its users elsewhere.
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Served(uint uid)
    {
        var asked = Task.Run(() => Asked(uid));
        return asked.Wait(Patience) ? asked.Result : null;
    }

    private static string? Asked(uint uid)
    {
        var entry = stackalloc nint[Entry / sizeof(nint)];
        var texts = stackalloc byte[Texts];
        return Lookup(uid, entry, texts, Texts, out var found) == 0 && found != 0 ? Marshal.PtrToStringUTF8(*(nint*)found) : null;
    }

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int Lookup(uint uid, nint* entry, byte* texts, nuint length, out nint found);
}
