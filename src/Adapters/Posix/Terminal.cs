namespace EventDock.Adapters.Posix;

using System.Runtime.InteropServices;
using EventDock.Domain.Containers;

/// <summary>What a descriptor that is a terminal can do.</summary>
public static unsafe partial class Terminal
{
    private const int Now = 0, LocalFlags = 3;
    private const uint Echo = 0x8, EchoNewLine = 0x40;
    private const nuint GetWindowSize = 0x5413, SetWindowSize = 0x5414;

    public static bool Is(int descriptor) => IsTerminal(descriptor) == 1;

    /// <summary>Null where the descriptor is no terminal, or one without a size.</summary>
    public static TerminalSize? Size(int descriptor)
    {
        var size = stackalloc ushort[4];
        return Ioctl(descriptor, GetWindowSize, size) == 0 && size[0] > 0 && size[1] > 0 ? new TerminalSize(size[0], size[1]) : null;
    }

    public static bool Resize(int descriptor, TerminalSize to)
    {
        var size = stackalloc ushort[4] { (ushort)to.Rows, (ushort)to.Columns, 0, 0 };
        return Ioctl(descriptor, SetWindowSize, size) == 0;
    }

    /// <summary>Bytes go through as they are: no echo, no line editing, no signals from keys. Null where it is no terminal.</summary>
    internal static TerminalMode? MakeRaw(int descriptor)
    {
        // struct termios is 60 bytes in glibc; only its functions touch it.
        var saved = new byte[128];
        var raw = new byte[128];
        fixed (byte* old = saved, changed = raw)
        {
            if (GetAttributes(descriptor, old) != 0)
            {
                return null;
            }

            saved.CopyTo(raw, 0);
            ConfigureRaw(changed);
            return SetAttributes(descriptor, Now, changed) == 0 ? new TerminalMode(descriptor, saved) : null;
        }
    }

    /// <summary>What is typed is not shown; all else stays as it is. Null where it is no terminal.</summary>
    public static IDisposable? MakeSilent(int descriptor)
    {
        var saved = new byte[128];
        fixed (byte* old = saved)
        {
            if (GetAttributes(descriptor, old) != 0)
            {
                return null;
            }
        }

        // struct termios begins with its four words of flags on every Linux; the local ones are the fourth.
        var silent = (byte[])saved.Clone();
        var local = MemoryMarshal.Cast<byte, uint>(silent.AsSpan())[LocalFlags..];
        local[0] = (local[0] & ~Echo) | EchoNewLine;
        fixed (byte* changed = silent)
        {
            return SetAttributes(descriptor, Now, changed) == 0 ? new TerminalMode(descriptor, saved) : null;
        }
    }

    internal static void Restore(int descriptor, byte[] mode)
    {
        fixed (byte* saved = mode)
        {
            SetAttributes(descriptor, Now, saved);
        }
    }

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* mode);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, byte* mode);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void ConfigureRaw(byte* mode);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int descriptor, nuint request, ushort* size);
}

/// <summary>
/// A terminal in raw mode. It is put back by Dispose, at the process's end, and before a signal ends us: a shell whose terminal
/// stayed raw is of no use to anyone.
/// </summary>
internal sealed class TerminalMode : IDisposable
{
    private static readonly PosixSignal[] Deadly =
        [PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT, PosixSignal.SIGINT];

    private readonly int descriptor;
    private readonly byte[] saved;
    private readonly List<PosixSignalRegistration> signals;
    private int restored;

    internal TerminalMode(int descriptor, byte[] saved)
    {
        this.descriptor = descriptor;
        this.saved = saved;
        AppDomain.CurrentDomain.ProcessExit += AtExit;
        signals = Deadly.Select(signal => PosixSignalRegistration.Create(signal, _ => Restore())).ToList();
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= AtExit;
        signals.ForEach(signal => signal.Dispose());
        Restore();
    }

    private void AtExit(object? sender, EventArgs e) => Restore();

    private void Restore()
    {
        if (Interlocked.Exchange(ref restored, 1) == 0)
        {
            Terminal.Restore(descriptor, saved);
        }
    }
}
