namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Xunit.Sdk;

/// <summary>A command on a terminal of its own: the test holds the other side, types, reads and pulls at the window's corner.</summary>
internal sealed partial class OnTerminal : IDisposable
{
    private const int ReadWriteNoControl = 0x2 | 0x100, SetWindowSize = 0x5414;

    // setsid makes the slave the controlling terminal, so that Ctrl-C and a new size become signals as on a real one.
    private const string Wrapper = "tty=$1; shift; exec setsid -c -w \"$@\" < \"$tty\" > \"$tty\" 2> \"$tty\"";

    private readonly int master;
    private readonly Process process;
    private readonly Thread reading;
    private readonly StringBuilder screen = new();

    public OnTerminal(Installation installation, params string[] args)
        : this(installation, [], args)
    {
    }

    /// <summary>With further variables; null takes one away.</summary>
    public OnTerminal(Installation installation, (string Name, string? Value)[] variables, params string[] args)
    {
        master = OpenMaster(ReadWriteNoControl);
        var name = new byte[64];
        if (master < 0 || Unlock(master) != 0 || SlaveName(master, name, name.Length) != 0)
        {
            throw new XunitException($"no terminal can be made: errno {Marshal.GetLastPInvokeError()}");
        }

        Resize(24, 80);
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = installation.Work };
        string[] words = ["-c", Wrapper, "sh", Encoding.ASCII.GetString(name).TrimEnd('\0'), Eventdock.Binary, .. args];
        foreach (var word in words)
        {
            start.ArgumentList.Add(word);
        }

        Eventdock.Apply(start, installation.Environment);
        start.Environment["TERM"] = "xterm";
        foreach (var (variable, value) in variables)
        {
            start.Environment[variable] = value;
        }

        process = Process.Start(start)!;
        reading = new Thread(Read) { IsBackground = true };
        reading.Start();
    }

    /// <summary>All that has appeared so far.</summary>
    public string Screen
    {
        get
        {
            lock (screen)
            {
                return screen.ToString();
            }
        }
    }

    /// <summary>Lines are edited, keys echoed and Ctrl-C a signal, as before a command took the terminal over.</summary>
    public bool IsCooked
    {
        get
        {
            // c_lflag is the fourth word of struct termios: ISIG 1, ICANON 2, ECHO 8.
            var modes = new uint[32];
            return Attributes(master, modes) == 0 && (modes[3] & 0b1011) == 0b1011;
        }
    }

    public void Resize(ushort rows, ushort columns)
    {
        var size = new[] { rows, columns, (ushort)0, (ushort)0 };
        if (Control(master, SetWindowSize, size) != 0)
        {
            throw new XunitException($"the terminal keeps its size: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    public void Type(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(bytes.Length, WriteTo(master, bytes, bytes.Length));
    }

    /// <summary>Waits until the text has appeared.</summary>
    public void Sees(string text)
    {
        var until = Stopwatch.StartNew();
        while (!Screen.Contains(text, StringComparison.Ordinal))
        {
            if (until.Elapsed > TimeSpan.FromSeconds(60) || (process.HasExited && reading.Join(1000) && !Screen.Contains(text, StringComparison.Ordinal)))
            {
                throw new XunitException($"expected {text} on a screen that shows:\n{Screen}");
            }

            Thread.Sleep(10);
        }
    }

    /// <summary>Waits for the end; the exit code.</summary>
    public int Ends()
    {
        if (!process.WaitForExit(60_000))
        {
            throw new XunitException($"the command goes on; the screen shows:\n{Screen}");
        }

        reading.Join(20_000);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        reading.Join(2000);
        Close(master);
        process.Dispose();
    }

    private void Read()
    {
        // EIO is how a master learns that the last slave was closed; before the command has opened its own it comes, too.
        var buffer = new byte[4096];
        while (true)
        {
            // Asked before it is read: what it has written meanwhile, and then ended, is read in the next round.
            var ended = process.HasExited;
            var read = (int)ReadFrom(master, buffer, buffer.Length);
            if (read > 0)
            {
                lock (screen)
                {
                    screen.Append(Encoding.UTF8.GetString(buffer, 0, read));
                }
            }
            else if (ended)
            {
                return;
            }
            else
            {
                Thread.Sleep(5);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(int master);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int SlaveName(int master, [Out] byte[] name, nint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, ushort[] size);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int Attributes(int descriptor, [Out] uint[] modes);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFrom(int descriptor, [Out] byte[] buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, byte[] buffer, nint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
