namespace EventDock.Tests.Cli;

/// <summary><c>-it</c> on a real terminal.</summary>
public sealed class TerminalTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    [Fact]
    public void A_shell_echoes_what_is_typed_and_its_code_is_ours()
    {
        using var terminal = new OnTerminal(eventdock, "run", "-it", "--rm", "busybox", "sh");
        terminal.Sees("# ");
        terminal.Type("tty && echo $((6*7)) $TERM\n");
        terminal.Sees("42 xterm");
        Assert.Contains("/dev/pts/0", terminal.Screen, StringComparison.Ordinal);
        terminal.Type("exit 23\n");
        Assert.Equal(23, terminal.Ends());
    }

    [Fact]
    public void The_size_is_ours_and_follows_it()
    {
        using var terminal = new OnTerminal(eventdock, "run", "-it", "--rm", "busybox", "sh", "-c",
            "trap 'stty size' WINCH; echo ready; stty size; while :; do sleep 0.05; done");
        terminal.Sees("24 80\r\n");
        terminal.Resize(41, 133);
        terminal.Sees("41 133\r\n");
        terminal.Type("\u0003");
        Assert.Equal(130, terminal.Ends());
    }

    [Fact]
    public void Ctrl_c_goes_to_the_container_and_not_to_us()
    {
        using var terminal = new OnTerminal(eventdock, "run", "-it", "--rm", "busybox", "sh", "-c",
            "trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.05; done");
        terminal.Sees("ready\r\n");
        terminal.Type("\u0003");
        terminal.Sees("caught\r\n");
        Assert.Equal(5, terminal.Ends());
    }

    [Fact]
    public void Keys_come_one_by_one_without_an_echo_of_ours()
    {
        using var terminal = new OnTerminal(eventdock, "run", "-it", "--rm", "busybox", "sh", "-c", "stty raw -echo; echo ready; dd bs=1 count=3 2>/dev/null | od -c");
        terminal.Sees("ready");
        terminal.Type("\u001b[A");
        terminal.Sees("033   [   A");
        Assert.Equal(0, terminal.Ends());
        Assert.DoesNotContain("^[[A", terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void The_terminal_is_given_back_as_it_was()
    {
        using var terminal = new OnTerminal(eventdock, "run", "-it", "--rm", "busybox", "true");
        Assert.Equal(0, terminal.Ends());
        Assert.True(terminal.IsCooked);
    }

    [Fact]
    public void Exec_has_a_terminal_of_its_own_and_its_own_code()
    {
        eventdock.Run("run", "-d", "--name", "beside", "busybox", "sleep", "300").Good();
        using (var terminal = new OnTerminal(eventdock, "exec", "-it", "beside", "sh"))
        {
            terminal.Sees("# ");
            terminal.Type("stty size; exit 4\n");
            terminal.Sees("24 80\r\n");
            Assert.Equal(4, terminal.Ends());
        }

        eventdock.Run("rm", "-f", "beside").Good();
    }

    [Fact]
    public void The_detach_keys_leave_it_running_and_it_can_be_left_again_from_start()
    {
        using (var terminal = new OnTerminal(eventdock, "run", "-it", "--name", "left", "busybox", "sh"))
        {
            terminal.Sees("# ");
            terminal.Type("\u0010\u0011");
            Assert.Equal(0, terminal.Ends());
        }

        Assert.Equal("true", eventdock.Out("inspect", "-f", "{{.State.Running}}", "left"));
        eventdock.Run("stop", "-t", "0", "left").Good();
        using (var terminal = new OnTerminal(eventdock, "start", "-ai", "left"))
        {
            terminal.Type("echo $((40+2))\n");
            terminal.Sees("42\r\n");
            terminal.Type("exit\n");
            Assert.Equal(0, terminal.Ends());
        }

        eventdock.Run("rm", "left").Good();
    }

    [Fact]
    public void A_container_outlives_the_terminal_it_was_started_from()
    {
        string id;
        using (var terminal = new OnTerminal(eventdock, "run", "-d", "--name", "outlives", "busybox", "sleep", "300"))
        {
            Assert.Equal(0, terminal.Ends());
            id = terminal.Screen.Trim();
        }

        Assert.Matches("^[0-9a-f]{64}$", id);
        Assert.Equal(id, eventdock.Out("ps", "-q", "--no-trunc"));
        eventdock.Run("rm", "-f", "outlives").Good();
    }
}
