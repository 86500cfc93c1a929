namespace EventDock.Adapters.Posix;

using System.Runtime.InteropServices;

/// <summary>Random bytes from the kernel, getrandom(2). The base library's come from OpenSSL, which nearly no command needs for anything else.</summary>
public static partial class Entropy
{
    public static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var filled = 0; filled < count;)
        {
            var got = GetRandom(ref bytes[filled], (nuint)(count - filled), 0);
            if (got < 0 && Marshal.GetLastPInvokeError() is var error && error != Errno.Interrupted)
            {
                throw new PosixException(error, "getrandom", "the kernel's random numbers");
            }

            filled += (int)Math.Max(got, 0);
        }

        return bytes;
    }

    [LibraryImport("libc", EntryPoint = "getrandom", SetLastError = true)]
    private static partial nint GetRandom(ref byte buffer, nuint length, uint flags);
}
