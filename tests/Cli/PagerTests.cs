namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.RegularExpressions;

/// <summary>A ledger of more events than a screen has lines, and a pipe has room.</summary>
public sealed class LongLog : Installation
{
    public LongLog()
    {
        Import("first");
        Write("Dockerfile", "FROM first\n" + string.Concat(Enumerable.Range(0, 200).Select(n => $"ENV NUMBER={n}\n")));
        Run("build", "-q", "-t", "last", Work).Done();
    }
}

/// <summary><c>log</c> on a terminal: page by page, as one is used to from git.</summary>
public sealed class PagerTests(LongLog eventdock) : IClassFixture<LongLog>
{
    private const string Oldest = "RootInitialized", Newest = "last:latest";

    private static readonly (string, string?)[] Less = [("PAGER", null), ("LESS", null), ("LV", null)];

    [Fact]
    public void Less_shows_the_first_page_and_waits_until_it_is_left()
    {
        using var terminal = new OnTerminal(eventdock, Less, "log");
        terminal.Sees(Newest);
        terminal.Sees(":");
        Assert.DoesNotContain(Oldest, terminal.Screen, StringComparison.Ordinal);
        terminal.Type("G");
        terminal.Sees(Oldest);
        terminal.Type("q");
        Assert.Equal(0, terminal.Ends());
        Assert.True(terminal.IsCooked);
    }

    [Fact]
    public void What_fits_on_the_screen_is_printed_and_that_is_all()
    {
        using var terminal = new OnTerminal(eventdock, Less, "log", "-n", "5");
        Assert.Equal(0, terminal.Ends());
        Assert.Equal(5, Regex.Count(terminal.Screen, "#[0-9]+ +2"));
    }

    [Theory]
    [InlineData("log")]
    // More than the pipe has room for: it is we who wait when Ctrl-C comes.
    [InlineData("log", "--format", "json")]
    public void Ctrl_c_however_often_leaves_the_pager_its_terminal_until_it_is_left(params string[] line)
    {
        using var terminal = new OnTerminal(eventdock, Less, line);
        terminal.Sees(Newest);
        foreach (var _ in new int[3])
        {
            terminal.Type("\u0003");
            Thread.Sleep(100);
        }

        terminal.Type("h");
        terminal.Sees("Display this help.");
        terminal.Type("q");
        terminal.Type("q");

        // Ctrl-C is ours as well, as it is git's: a listing that it has cut short says so, once the pager is left.
        var cut = terminal.Ends();
        Assert.Equal(cut == 130, terminal.Screen.EndsWith("eventdock: interrupted\r\n", StringComparison.Ordinal));
        Assert.Contains(cut, new[] { 0, 130 });
        Assert.True(terminal.IsCooked);
    }

    [Fact]
    public void A_pager_that_has_seen_enough_is_no_error()
    {
        using var terminal = new OnTerminal(eventdock, [("PAGER", "head -n 1")], "log", "--format", "json");
        Assert.Equal(0, terminal.Ends());
        Assert.Single(Lines(terminal));
    }

    [Fact]
    public void A_pager_gets_arguments_in_quotes_and_of_our_variables_what_it_needs()
    {
        var pager = eventdock.Write("a pager", "#!/bin/sh\necho \"$#:$1:$2\"\nenv\n");
        File.SetUnixFileMode(pager, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var terminal = new OnTerminal(
            eventdock,
            [.. Less, ("EVENTDOCK_PAGER", $"'{pager}' one \"two  words\""), ("PGPASSWORD", "hidden"), ("LC_ALL", "C.UTF-8")], "log");
        Assert.Equal(0, terminal.Ends());
        Assert.Equal("2:one:two  words", Lines(terminal)[0]);
        Assert.Empty(new[] { "LESS=FRX", "LV=-c", "LC_ALL=C.UTF-8", "TERM=xterm" }.Except(Lines(terminal)));
        Assert.DoesNotContain("hidden", terminal.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("EVENTDOCK", terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_has_set_what_less_does_keeps_it()
    {
        using var terminal = new OnTerminal(eventdock, [("PAGER", "env"), ("LESS", "X")], "log");
        Assert.Equal(0, terminal.Ends());
        Assert.Contains("LESS=X", Lines(terminal));
    }

    [Theory]
    [InlineData("false", "false", "--no-pager")]
    [InlineData("", "false")]
    [InlineData("cat", "false")]
    [InlineData(null, "")]
    [InlineData(null, " cat ")]
    public void No_pager_is_no_pager(string? ours, string all, params string[] flags)
    {
        using var terminal = new OnTerminal(eventdock, [("EVENTDOCK_PAGER", ours), ("PAGER", all)], ["log", .. flags]);
        Assert.Equal(0, terminal.Ends());
        Assert.Contains(Oldest, Lines(terminal)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_pager_that_is_not_there_is_told_when_it_was_named_and_all_is_printed()
    {
        using var terminal = new OnTerminal(eventdock, [("PAGER", "nosuch -x")], "log");
        Assert.Equal(0, terminal.Ends());
        Assert.Equal("eventdock: the pager nosuch does not start: not found", Lines(terminal)[0]);
        Assert.Contains(Oldest, Lines(terminal)[^1], StringComparison.Ordinal);

        // Without less; the terminal itself is made by setsid.
        var programs = Directory.CreateDirectory(Path.Combine(eventdock.Work, "programs")).FullName;
        File.CreateSymbolicLink(Path.Combine(programs, "setsid"), "/usr/bin/setsid");
        using var unnamed = new OnTerminal(eventdock, [.. Less, ("PATH", programs)], "log");
        Assert.Equal(0, unnamed.Ends());
        Assert.Contains(Newest, Lines(unnamed)[0], StringComparison.Ordinal);
        Assert.Contains(Oldest, Lines(unnamed)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_gets_no_pager_and_a_refusal_no_page()
    {
        Assert.Contains(Oldest, eventdock.RunWith([("PAGER", "false")], "log").Good().Lines[^1], StringComparison.Ordinal);
        using var terminal = new OnTerminal(eventdock, [("PAGER", "env")], "log", "--container", "nosuch");
        Assert.Equal(1, terminal.Ends());
        Assert.Equal(["eventdock: no such container: nosuch"], Lines(terminal));
    }

    [Fact]
    public void A_reader_that_leaves_a_pipe_ends_it_as_a_signal_would() =>
        Assert.Equal("141\n", Eventdock.Run(
            "/bin/bash", ["-c", "\"$0\" log --format json | head -n 1 > /dev/null; echo ${PIPESTATUS[0]}", Eventdock.Binary],
            null, eventdock.Environment).Good().Out);

    private static string[] Lines(OnTerminal terminal) =>
        terminal.Screen.Replace("\u001b[m", "", StringComparison.Ordinal).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
}
