namespace EventDock.Tests.Cli;

using System.Runtime.InteropServices;
using System.Text;

/// <summary>Extended attributes, which the base library does not know.</summary>
internal static class Xattr
{
    public static void Set(string path, string name, string value) =>
        Assert.Equal(0, SetXattr(path, name, Encoding.UTF8.GetBytes(value), value.Length, 0));

    [DllImport("libc", EntryPoint = "setxattr")]
    private static extern int SetXattr(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, byte[] value, nint size, int flags);
}
