namespace EventDock.Tests.Adapters;

using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Runc;
using EventDock.Domain.Containers;
using static EventDock.Tests.Adapters.RuntimeHost;

/// <summary>A container on a terminal: the test holds the master of a pair, whose other side stands for ours.</summary>
public sealed partial class RuntimeTerminalTests : IDisposable
{
    private readonly RuntimeHost host = new();
    private readonly int master, slave;
    private readonly StringBuilder screen = new();

    public RuntimeTerminalTests()
    {
        master = OpenMaster(0x2 | 0x100 | 0x80000);
        Unlock(master);
        var name = new byte[64];
        SlaveName(master, name, 64);
        slave = Open(Encoding.ASCII.GetString(name).TrimEnd('\0'), 0x2 | 0x100 | 0x80000);
        Terminal.Resize(slave, new TerminalSize(33, 101));
    }

    public void Dispose()
    {
        host.Dispose();
        Descriptors.Close(slave);
        Descriptors.Close(master);
    }

    [RuntimeFact]
    public async Task A_shell_on_a_terminal_has_our_size_and_gets_our_keys_as_they_are_typed()
    {
        var before = Mode();
        var (pump, id) = await Launch("stty size; tty() { [ -t 0 ] && echo yes; }; tty; echo $TERM; cat -; echo after");
        Read("33 101\r\nyes\r\nxterm\r\n");
        Assert.NotEqual(before, Mode());

        Type("abc\n");
        Read("abc\r\nabc\r\n");
        Type("\u0004");

        Read("after\r\n");
        Assert.Equal(AttachEnd.Ended, Good(await pump));
        Assert.Equal(before, Mode());
        var exit = Good(await host.Runtime.AwaitExit(id, TimeSpan.FromSeconds(60), default).ToEither());
        Assert.Equal(0, exit.Match(e => e.ExitCode, () => -1));
    }

    [RuntimeFact]
    public async Task Ctrl_c_is_the_containers_affair()
    {
        var (pump, id) = await Launch("trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.05; done");
        Read("ready\r\n");

        Type("\u0003");

        Read("caught\r\n");
        Assert.Equal(AttachEnd.Ended, Good(await pump));
        var exit = Good(await host.Runtime.AwaitExit(id, TimeSpan.FromSeconds(60), default).ToEither());
        Assert.Equal(5, exit.Match(e => e.ExitCode, () => -1));
    }

    [RuntimeFact]
    public async Task A_new_size_reaches_the_container()
    {
        var (pump, _) = await Launch("trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.05; done");
        Read("ready\r\n");

        Terminal.Resize(slave, new TerminalSize(44, 99));
        System.Diagnostics.Process.Start("/bin/kill", ["-WINCH", Environment.ProcessId.ToString()]).WaitForExit();

        Read("44 99\r\n");
        Assert.Equal(AttachEnd.Ended, Good(await pump));
    }

    [RuntimeFact]
    public async Task The_detach_keys_leave_the_container_running_and_one_can_come_back()
    {
        var before = Mode();
        var (pump, id) = await Launch("echo ready; read x; echo got $x; sleep 60");
        Read("ready\r\n");

        Type("\u0010");
        Type("\u0011");
        Assert.Equal(AttachEnd.Detached, Good(await pump));
        Assert.Equal(before, Mode());

        var again = Good(await Own.Attach(new AttachSpec(id, true, true, false), default).ToEither());
        var second = again.Pump(default).ToEither();
        for (var i = 0; i < 6000 && Mode() == before; i++)
        {
            await Task.Delay(10);
        }

        Type("back\n");
        Read("got back\r\n");
        Good(await host.Runtime.Signal(id, "KILL", default).ToEither());
        Assert.Equal(AttachEnd.Ended, Good(await second));
    }

    [RuntimeFact]
    public async Task An_exec_has_a_terminal_of_its_own()
    {
        var id = host.NewId();
        await host.StartDetached(host.Spec(id, Seq("sleep", "60")));
        var exec = Good(await Own.Begin(
            new ExecSpec(id, "e0e1e2e3e4e5", Shell("stty size; read x; echo $x; exit 3"), Seq<string>(), "", "", true, true, false, Seq<string>()),
            default).ToEither());
        var wait = exec.Wait(default).ToEither();

        Read("33 101\r\n");
        Type("hi\n");

        Read("hi\r\nhi\r\n");
        Assert.Equal(3, Good(await wait).ExitCode);
    }

    private Runtime Own => host.On(new PumpStreams(slave, slave, slave));

    private async Task<(Task<Either<EventDock.Domain.Kernel.DomainError, AttachEnd>> Pump, ContainerId Id)> Launch(string script)
    {
        var id = host.NewId();
        Good(await Own.Create(host.Spec(id, Shell(script), terminal: true, stdin: true), default).ToEither());
        var attachment = Good(await Own.Attach(new AttachSpec(id, true, true, false), default).ToEither());
        Good(await Own.Start(id, default).ToEither());
        return (attachment.Pump(default).ToEither(), id);
    }

    private void Type(string keys) => Descriptors.Write(master, Encoding.ASCII.GetBytes(keys));

    /// <summary>Reads on until the screen ends with this, at most a minute.</summary>
    private void Read(string expected)
    {
        var buffer = new byte[4096];
        var until = Environment.TickCount64 + 60_000;
        while (!screen.ToString().EndsWith(expected, StringComparison.Ordinal) && Environment.TickCount64 < until)
        {
            if (Descriptors.WaitReadable(master, 50) && Descriptors.Read(master, buffer) is > 0 and var count)
            {
                screen.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
        }

        Assert.EndsWith(expected, screen.ToString());
    }

    private string Mode()
    {
        var mode = new byte[128];
        GetAttributes(slave, mode);
        return Convert.ToHexString(mode);
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt")]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "unlockpt")]
    private static partial int Unlock(int master);

    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    private static partial int SlaveName(int master, byte[] name, nuint size);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int terminal, byte[] mode);
}
