namespace EventDock.Adapters.Runc;

using System.Runtime.InteropServices;
using System.Text;

/// <summary>
/// Raw reads, writes and sockets on descriptor numbers. Console streams buffer and change text; a container's output is bytes.
/// Negative results are negated errno values; an interrupted call is made again.
/// </summary>
internal static unsafe partial class Descriptors
{
    public const int BrokenPipe = 32, ConnectionReset = 104, TryAgain = 11, InputOutput = 5, NoReader = 6;

    private const short Readable = 1, Writable = 4;
    private const int Interrupted = 4;
    private const int UnixFamily = 1, SequencedPackets = 5, CloseOnExec = 0x80000, NoSignal = 0x4000;

    /// <summary>0 at the end.</summary>
    public static int Read(int descriptor, Span<byte> into)
    {
        fixed (byte* start = into)
        {
            while (true)
            {
                var count = ReadCall(descriptor, start, (nuint)into.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>Writes all of it; 0 or a negated errno. A descriptor that does not block is waited for.</summary>
    public static int Write(int descriptor, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            for (var written = 0; written < data.Length;)
            {
                var count = WriteCall(descriptor, start + written, (nuint)(data.Length - written));
                if (count >= 0)
                {
                    written += (int)count;
                }
                else if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
                {
                    if (error != TryAgain)
                    {
                        return -error;
                    }

                    WaitFor(descriptor, Writable, -1);
                }
            }
        }

        return 0;
    }

    /// <summary>One packet; 0 where the other side has closed.</summary>
    public static int Receive(int socket, Span<byte> into)
    {
        fixed (byte* start = into)
        {
            while (true)
            {
                var count = ReceiveCall(socket, start, (nuint)into.Length, 0);
                if (count >= 0)
                {
                    return (int)count;
                }

                if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>One packet, whole; 0 or a negated errno, never a SIGPIPE.</summary>
    public static int Send(int socket, ReadOnlySpan<byte> packet)
    {
        fixed (byte* start = packet)
        {
            while (true)
            {
                if (SendCall(socket, start, (nuint)packet.Length, NoSignal) >= 0)
                {
                    return 0;
                }

                if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>A connection to a SOCK_SEQPACKET socket, or a negated errno.</summary>
    public static int Connect(string path)
    {
        // sockaddr_un: the family, then 108 bytes of path with its NUL (unix(7)).
        var address = new byte[110];
        if (Encoding.UTF8.GetByteCount(path) > 107)
        {
            return -36;
        }

        address[0] = UnixFamily;
        Encoding.UTF8.GetBytes(path, address.AsSpan(2));
        var socket = SocketCall(UnixFamily, SequencedPackets | CloseOnExec, 0);
        if (socket < 0)
        {
            return -Marshal.GetLastPInvokeError();
        }

        fixed (byte* start = address)
        {
            if (ConnectCall(socket, start, 110) == 0)
            {
                return socket;
            }
        }

        var error = Marshal.GetLastPInvokeError();
        Close(socket);
        return -error;
    }

    /// <summary>No more from us: the other side reads an end. It can still send.</summary>
    public static void EndInput(int socket) => ShutdownCall(socket, 1);

    /// <summary>Nothing more in either direction; whoever waits in a read on it wakes.</summary>
    public static void EndBoth(int socket) => ShutdownCall(socket, 2);

    /// <summary>A counter to wake a waiting thread with: <see cref="Wake"/> makes it readable for good.</summary>
    public static int Waker() => EventCall(0, CloseOnExec);

    public static void Wake(int waker)
    {
        ulong one = 1;
        WriteCall(waker, (byte*)&one, 8);
    }

    /// <summary>Waits until one of two can be read (or is closed); which, as bits 1 and 2; 0 when the time is up.</summary>
    public static int WaitForEither(int first, int second, int milliseconds)
    {
        var wanted = stackalloc PollEntry[2] { new(first, Readable), new(second, Readable) };
        while (true)
        {
            var count = PollCall(wanted, 2, milliseconds);
            if (count >= 0)
            {
                return (wanted[0].Returned != 0 ? 1 : 0) | (wanted[1].Returned != 0 ? 2 : 0);
            }

            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                return 3;
            }
        }
    }

    public static bool WaitReadable(int descriptor, int milliseconds) => WaitFor(descriptor, Readable, milliseconds);

    /// <summary>Opens a FIFO that another process reads or writes, without waiting for it; or a negated errno.</summary>
    public static int OpenFifo(string path, bool forWriting)
    {
        var descriptor = OpenCall(path, (forWriting ? 1 : 0) | 0x800 | CloseOnExec | 0x20000);
        return descriptor >= 0 ? descriptor : -Marshal.GetLastPInvokeError();
    }

    public static void Close(int descriptor) => CloseCall(descriptor);

    /// <summary>The beginning of a small file, as much as there is room for; its length, or below zero what the system said.</summary>
    public static int ReadFile(string path, Span<byte> into)
    {
        var descriptor = OpenCall(path, CloseOnExec);
        if (descriptor < 0)
        {
            return -Marshal.GetLastPInvokeError();
        }

        var length = Read(descriptor, into);
        CloseCall(descriptor);
        return length;
    }

    private static bool WaitFor(int descriptor, short what, int milliseconds)
    {
        var wanted = new PollEntry(descriptor, what);
        int count;
        do
        {
            count = PollCall(&wanted, 1, milliseconds);
        }
        while (count < 0 && Marshal.GetLastPInvokeError() == Interrupted);

        return count != 0;
    }

    private struct PollEntry(int descriptor, short wanted)
    {
        public readonly int Descriptor = descriptor;
        public readonly short Wanted = wanted;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadCall(int descriptor, byte* into, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteCall(int descriptor, byte* data, nuint count);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveCall(int socket, byte* into, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendCall(int socket, byte* data, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int SocketCall(int family, int kind, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectCall(int socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int ShutdownCall(int socket, int how);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventCall(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollCall(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCall(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseCall(int descriptor);
}
