namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using EventDock.Adapters.Runc;

/// <summary>What conmon runs at the end of a process: where somebody attends to that, nothing but a wait.</summary>
public sealed class AttendanceTests : IDisposable
{
    private readonly string bundle = Directory.CreateTempSubdirectory("edt-attended-").FullName;

    private string Told => bundle + ".told";

    public void Dispose()
    {
        File.Delete(Told);
        if (Directory.Exists(bundle))
        {
            Directory.Delete(bundle, recursive: true);
        }
    }

    /// <summary>As conmon starts it: the program, and each argument by a flag of its own.</summary>
    private Process Exit()
    {
        var arguments = Attendance.ExitArguments(bundle, Seq("/bin/sh", "-c", $"echo \"$1 $2\" > {Told}; ls /proc/self/fd | grep -cx 9 >> {Told}", "own", "an id", "more")).ToArray();
        Assert.Equal("--exit-command", arguments[0]);
        var start = new ProcessStartInfo(arguments[1]) { RedirectStandardError = true };
        foreach (var (flag, argument) in arguments[2..].Chunk(2).Select(pair => (pair[0], pair[1])))
        {
            Assert.Equal("--exit-command-arg", flag);
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>flock(1) holds the bundle as an attached command does, until it is given a line.</summary>
    private Process Attend()
    {
        var holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", ["-s", bundle, "sh", "-c", "echo held; read line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", holder.StandardOutput.ReadLine());
        return holder;
    }

    [Fact]
    public void Where_nobody_attends_the_command_is_run_with_its_arguments_and_nothing_open()
    {
        using var exit = Exit();
        exit.WaitForExit();
        Assert.Equal(["an id more", "0"], File.ReadAllLines(Told));
    }

    [Fact]
    public void Where_the_bundle_has_gone_nothing_is_run_and_nothing_made()
    {
        Directory.Delete(bundle);
        using var exit = Exit();
        exit.WaitForExit();
        Assert.False(File.Exists(Told));
        Assert.False(Path.Exists(bundle));
    }

    [Fact]
    public void It_waits_for_who_attends_and_goes_when_that_one_has_seen_to_the_end()
    {
        using var holder = Attend();
        using var exit = Exit();
        Directory.Delete(bundle);
        holder.StandardInput.Close();
        holder.WaitForExit();
        exit.WaitForExit();
        Assert.False(File.Exists(Told));
    }

    [Fact]
    public void Who_attends_and_does_nothing_is_not_waited_for_for_ever()
    {
        using var holder = Attend();
        using var exit = Exit();
        exit.WaitForExit();
        Assert.Equal("an id more", File.ReadAllLines(Told)[0]);
        holder.StandardInput.Close();
        holder.WaitForExit();
    }

    [RuntimeFact]
    public void A_control_group_of_our_own_is_found_and_written() => Assert.True(Cgroups.Prepare());
}
