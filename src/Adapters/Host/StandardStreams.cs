namespace EventDock.Adapters.Host;

using System.Runtime.InteropServices;

/// <summary>stdin, stdout and stderr as the caller has left them.</summary>
public static partial class StandardStreams
{
    private const int GetFlags = 1, ReadWrite = 2;

    /// <summary>
    /// A stream that is closed (<c>&gt;&amp;-</c>) becomes /dev/null: else the next file or socket that is opened would get its
    /// number, and with it what is written for people.
    /// </summary>
    public static void FillClosed()
    {
        for (var stream = 0; stream <= 2; stream++)
        {
            // open(2) gives the lowest number that is free.
            if (FileControl(stream, GetFlags, 0) < 0)
            {
                Open("/dev/null", ReadWrite, 0);
            }
        }
    }

    // Variadic in C; the third argument travels like any other on the architectures EventDock is built for.
    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);
}
