namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using System.Text;
using EventDock.Adapters.Runc;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.RuntimeHost;

/// <summary>Containers from their creation to the last trace, on real runc, conmon and overlayfs.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class RuntimeLifecycleTests : IDisposable
{
    private readonly RuntimeHost host = new();

    public void Dispose() => host.Dispose();

    [RuntimeFact]
    public async Task A_containers_output_and_exit_code_come_back()
    {
        var result = await host.Run("echo out; echo err >&2; exit 42");

        Assert.Equal((42, "out\n", "err\n"), (result.ExitCode, result.Text, result.ErrorText));
    }

    [RuntimeFact]
    public async Task A_missing_program_is_127_and_leaves_nothing()
    {
        var id = host.NewId();

        var error = Bad(await host.Runtime.Create(host.Spec(id, Seq1("nosuch")), default).ToEither());

        Assert.Equal(
            new DomainError.StartFailed(127, "OCI runtime create failed: runc create failed: unable to start container process: exec: \"nosuch\": executable file not found in $PATH: unknown"),
            error);
        AssertNothingLeft(id);
    }

    [RuntimeFact]
    public async Task A_missing_path_is_127()
    {
        var error = Assert.IsType<DomainError.StartFailed>(
            Bad(await host.Runtime.Create(host.Spec(host.NewId(), Seq1("/no/such")), default).ToEither()));

        Assert.Equal(127, error.ExitCode);
        Assert.Contains("no such file or directory", error.Message);
    }

    [RuntimeFact]
    public async Task What_cannot_be_executed_is_126()
    {
        foreach (var program in Seq("/etc/passwd", "/etc"))
        {
            var error = Assert.IsType<DomainError.StartFailed>(
                Bad(await host.Runtime.Create(host.Spec(host.NewId(), Seq1(program)), default).ToEither()));

            Assert.Equal((126, true), (error.ExitCode, error.Message.Contains($"exec: \"{program}\": ")));
        }
    }

    [RuntimeFact]
    public async Task A_created_container_waits_and_is_removed_without_having_run()
    {
        var id = host.NewId();
        var process = Good(await host.Runtime.Create(host.Spec(id, Shell("echo ran > /ran; sleep 60")), default).ToEither());

        await Task.Delay(100);
        Assert.True(host.Runtime.Alive(process));
        Assert.False(host.Runtime.Alive(process with { StartTime = process.StartTime + 1 }));
        Good(await host.Runtime.CleanUp(id, default).ToEither());

        Assert.False(host.Runtime.Alive(process));
        Assert.False(File.Exists($"{host.Paths.Upper(id)}/ran"));
        AssertNothingLeft(id);
    }

    [RuntimeFact]
    public async Task Cleaning_up_leaves_log_and_thin_layer_and_nothing_else_and_can_be_repeated()
    {
        var id = host.NewId();
        var result = await host.Run(host.Spec(id, Shell("echo kept > /kept; echo logged")));

        Assert.Equal(0, result.ExitCode);
        AssertNothingLeft(id);
        Assert.Equal("kept\n", File.ReadAllText($"{host.Paths.Upper(id)}/kept"));
        Assert.Contains("stdout F logged", File.ReadAllText(host.Paths.Log(id)));
        Good(await host.Runtime.CleanUp(id, default).ToEither());
    }

    [RuntimeFact]
    public async Task What_the_runtime_mounts_on_does_not_count_as_the_containers_change()
    {
        var id = host.NewId();
        await host.Run(host.Spec(id, Shell("echo x > /new")));

        Assert.Equal(["new"], Directory.GetFileSystemEntries(host.Paths.Upper(id)).Select(Path.GetFileName));
    }

    [RuntimeFact]
    public async Task A_container_runs_again_and_its_log_goes_on()
    {
        var id = host.NewId();
        await host.Run(host.Spec(id, Shell("echo one")));
        var second = await host.Run(host.Spec(id, Shell("echo two")));

        Assert.Equal("two\n", second.Text);
        Assert.Equal("one\ntwo\n", (await host.Logs(new LogSpec(id, false, null, null, null, false))).Text);
    }

    [RuntimeFact]
    public async Task A_second_start_of_a_running_container_is_refused_and_harms_nothing()
    {
        var id = host.NewId();
        var process = await host.StartDetached(host.Spec(id, Seq("sleep", "60")));

        Assert.IsType<DomainError.WrongState>(Bad(await host.Runtime.Create(host.Spec(id, Seq1("true")), default).ToEither()));
        Assert.True(host.Runtime.Alive(process));
    }

    [RuntimeFact]
    public async Task A_signal_reaches_the_process_and_the_exit_is_seen_with_its_own_time()
    {
        var id = host.NewId();
        await host.StartDetached(host.Spec(id, Shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done")));
        await Until(() => File.Exists(host.Paths.Log(id)) && File.ReadAllText(host.Paths.Log(id)).Contains("ready"));
        Assert.True(Good(await host.Runtime.Exit(id, default).ToEither()).IsNone);

        var signalled = DateTimeOffset.UtcNow;
        Good(await host.Runtime.Signal(id, "SIGTERM", default).ToEither());
        var exit = Good(await host.Runtime.AwaitExit(id, TimeSpan.FromSeconds(60), default).ToEither());

        var fact = exit.Match(e => e, () => throw new Xunit.Sdk.XunitException("no exit"));
        Assert.Equal((7, false), (fact.ExitCode, fact.OutOfMemory));
        // The kernel stamps files by a clock that goes by ticks.
        Assert.InRange(fact.At, signalled.AddMilliseconds(-20), DateTimeOffset.UtcNow);
        Assert.IsType<DomainError.WrongState>(Bad(await host.Runtime.Signal(id, "KILL", default).ToEither()));
    }

    [RuntimeFact]
    public async Task A_killed_container_is_137_and_an_unknown_signal_is_refused()
    {
        var id = host.NewId();
        await host.StartDetached(host.Spec(id, Seq("sleep", "60")));

        Assert.IsType<DomainError.Invalid>(Bad(await host.Runtime.Signal(id, "NOPE", default).ToEither()));
        Good(await host.Runtime.Signal(id, "9", default).ToEither());
        var exit = Good(await host.Runtime.AwaitExit(id, TimeSpan.FromSeconds(60), default).ToEither());

        Assert.Equal(137, exit.Match(e => e.ExitCode, () => -1));
    }

    [RuntimeFact]
    public async Task Waiting_ends_with_the_time_given_and_with_the_token()
    {
        var id = host.NewId();
        await host.StartDetached(host.Spec(id, Seq("sleep", "60")));
        using var soon = new CancellationTokenSource(50);

        Assert.True(Good(await host.Runtime.AwaitExit(id, TimeSpan.FromMilliseconds(50), default).ToEither()).IsNone);
        Assert.IsType<DomainError.Interrupted>(
            Bad(await host.Runtime.AwaitExit(id, Timeout.InfiniteTimeSpan, soon.Token).ToEither()));
    }

    [RuntimeFact]
    public async Task An_exit_that_nobody_wrote_down_is_no_exit_and_is_not_waited_for()
    {
        var id = host.NewId();
        await host.StartDetached(host.Spec(id, Seq("sleep", "60")));
        var conmon = Bundle.Conmon(host.Paths.Bundle(id))!;
        Process.GetProcessById(conmon.Pid).Kill();
        await Until(() => !Processes.Alive(conmon));
        Good(await host.Runtime.Signal(id, "KILL", default).ToEither());

        Assert.True(Good(await host.Runtime.AwaitExit(id, TimeSpan.FromSeconds(20), default).ToEither()).IsNone);
        Good(await host.Runtime.CleanUp(id, default).ToEither());
        AssertNothingLeft(id);
    }

    [RuntimeFact]
    public async Task Conmon_inherits_nothing_of_ours()
    {
        var id = host.NewId();
        using var leak = File.Open($"{host.Root}/leak", FileMode.Create);
        Environment.SetEnvironmentVariable("EVENTDOCK_TEST_SECRET", "hush");
        await host.StartDetached(host.Spec(id, Seq("sleep", "60"), env: Seq1("KEY=hush-hush")));

        var conmon = Bundle.Conmon(host.Paths.Bundle(id))!.Pid;
        var open = Directory.GetFiles($"/proc/{conmon}/fd").Select(f => new FileInfo(f).LinkTarget ?? "").ToList();
        var fields = File.ReadAllText($"/proc/{conmon}/stat").Split(") ")[1].Split(' ');

        Assert.DoesNotContain(open, target => target.StartsWith(host.Root + "/leak", StringComparison.Ordinal));
        Assert.DoesNotContain("hush", File.ReadAllText($"/proc/{conmon}/environ"));
        Assert.DoesNotContain("hush", File.ReadAllText($"/proc/{conmon}/cmdline"));
        Assert.Equal("1", fields[1]);
        Assert.Equal(conmon.ToString(), fields[3]);
    }

    [RuntimeFact]
    public async Task Conmon_does_not_end_with_the_unit_or_session_that_we_belong_to()
    {
        var hierarchy = Cgroups.OnlyV2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/systemd";
        var unit = $"{hierarchy}/ed-test-{Path.GetFileName(host.Paths.Run)}.service";
        Directory.CreateDirectory(unit);
        var id = host.NewId();
        try
        {
            File.WriteAllText($"{unit}/cgroup.procs", Environment.ProcessId.ToString());
            await host.StartDetached(host.Spec(id, Seq("sleep", "60")));

            var conmon = Bundle.Conmon(host.Paths.Bundle(id))!.Pid;
            Assert.DoesNotContain("ed-test", File.ReadAllText($"/proc/{conmon}/cgroup"));
            Assert.DoesNotContain("ed-test", File.ReadAllText($"/proc/{Bundle.Init(host.Paths.Bundle(id))!.Pid}/cgroup"));
            Good(await host.Runtime.CleanUp(id, default).ToEither());
            await Until(() => !Directory.Exists($"/proc/{conmon}"));
        }
        finally
        {
            // What other tests have begun meanwhile is in there, too.
            for (var tries = 0; tries < 500 && File.ReadAllLines($"{unit}/cgroup.procs") is { Length: > 0 } inside; tries++)
            {
                foreach (var pid in inside)
                {
                    try
                    {
                        File.WriteAllText($"{hierarchy}/cgroup.procs", pid);
                    }
                    catch (IOException)
                    {
                        // It has ended since it was listed.
                        await Task.Delay(10);
                    }
                }
            }

            Process.Start("rmdir", unit).WaitForExit();
        }
    }

    [RuntimeFact]
    public async Task A_creation_that_is_cancelled_leaves_nothing()
    {
        // One that is quicker than the call to stop is a creation like any other; the last cannot be.
        foreach (var milliseconds in new[] { 10, 5, 2, 1, 0 })
        {
            using var now = new CancellationTokenSource(milliseconds);
            var id = host.NewId();
            var created = await host.Runtime.Create(host.Spec(id, Seq("sleep", "60")), now.Token).ToEither();
            if (created.IsLeft)
            {
                Assert.IsType<DomainError.Interrupted>(Bad(created));
                AssertNothingLeft(id);
                return;
            }
        }

        Assert.Fail("every creation was quicker");
    }

    [RuntimeFact]
    public async Task The_bundle_holds_secrets_and_is_for_root_alone()
    {
        var id = host.NewId();
        await host.StartDetached(host.Spec(id, Seq("sleep", "60"), env: Seq1("KEY=value")));
        var bundle = host.Paths.Bundle(id);

        Assert.Equal((UnixFileMode)0x1c0, File.GetUnixFileMode(bundle));
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode($"{bundle}/config.json"));
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode($"{bundle}/exec.json"));
    }

    [RuntimeFact]
    public async Task The_exit_command_is_run_with_the_environment_made_for_it()
    {
        var id = host.NewId();
        var paths = host.Paths with { Environment = Seq1("EVENTDOCK_ROOT=/here") };
        var runtime = RuntimeAdapter.Create(paths, host.Mounts).Runtime;
        var told = $"{host.Root}/told";
        var spec = host.Spec(id, Seq1("true")) with { ExitCommand = Seq("/bin/busybox", "sh", "-c", $"env > {told}.new; mv {told}.new {told}") };

        Good(await runtime.Create(spec, default).ToEither());
        Good(await runtime.Start(id, default).ToEither());
        await Until(() => File.Exists(told));

        Assert.Contains("EVENTDOCK_ROOT=/here", File.ReadAllText(told));
    }

    private void AssertNothingLeft(ContainerId id)
    {
        Assert.False(Directory.Exists(host.Paths.Bundle(id)), "bundle");
        Assert.False(Directory.Exists(host.Paths.State(id.Value)), "state");
        Assert.DoesNotContain(id.Value, File.ReadAllText("/proc/self/mountinfo"));
        Assert.False(Cgroups.Exists(host.Paths.Cgroup(id.Value)), "cgroup");
    }

    private static async Task Until(Func<bool> condition)
    {
        for (var i = 0; i < 6000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }
}
