namespace EventDock.Adapters.Host;

using System.Runtime.InteropServices;
using EventDock.Domain.Kernel;

/// <summary>User names as the host's name service has them (getpwuid_r(3), nsswitch.conf(5)).</summary>
internal static unsafe partial class UserNames
{
    /// <summary>struct passwd is smaller on every platform; its first member is the name.</summary>
    private const int Entry = 128;

    private const int Texts = 16 << 10;

    /// <summary>Null where there is none, or none that <see cref="UserName"/> takes for one.</summary>
    public static string? Of(uint uid)
    {
        var entry = stackalloc nint[Entry / sizeof(nint)];
        var texts = stackalloc byte[Texts];
        return Lookup(uid, entry, texts, Texts, out var found) == 0 && found != 0
            && Marshal.PtrToStringUTF8(*(nint*)found) is { } name && UserName.Is(name) ? name : null;
    }

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int Lookup(uint uid, nint* entry, byte* texts, nuint length, out nint found);
}
