namespace EventDock.Tests.Adapters;

using System.IO;
using System.Text;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.RuntimeHost;

/// <summary>Further processes in a running container.</summary>
public sealed class RuntimeExecTests : IAsyncLifetime
{
    private readonly RuntimeHost host = new();
    private ContainerId id = null!;
    private int count;

    public async Task InitializeAsync()
    {
        id = host.NewId();
        await host.StartDetached(host.Spec(id, Seq("sleep", "60"), user: "bob", workingDir: "/tmp", env: Seq("A=1", "B=2")));
    }

    public Task DisposeAsync()
    {
        host.Dispose();
        return Task.CompletedTask;
    }

    [RuntimeFact]
    public async Task Its_output_and_exit_code_come_back_and_its_note_stays_until_both_are_recorded()
    {
        var result = await host.Exec(Spec(Shell("echo out; echo err >&2; exit 42")));

        Assert.Equal((42, "out\n", "err\n"), (result.ExitCode, result.Text, result.ErrorText));
        var note = Assert.Single(Good(await host.Runtime.ExecExits(id, default).ToEither()));
        Assert.Equal(Some(42), note.Fact.Map(fact => fact.ExitCode));
        Good(await host.Runtime.ExecCleanUp(id, note.ExecId, default).ToEither());
        Assert.Empty(Directory.GetDirectories(host.Paths.Bundle(id), "e*"));
    }

    [RuntimeFact]
    public async Task It_has_the_containers_environment_user_and_directory_unless_told_otherwise()
    {
        var plain = await host.Exec(Spec(Shell("pwd; id -un; echo $A $B $HOME $HOSTNAME")));
        var told = await host.Exec(Spec(Shell("pwd; id -u; echo $A $B")) with { User = "0", WorkingDir = "/etc", Env = Seq1("B=3") });

        Assert.Equal($"/tmp\nbob\n1 2 /home/bob {id.Short}\n", plain.Text);
        Assert.Equal("/etc\n0\n1 3\n", told.Text);
    }

    [RuntimeFact]
    public async Task What_is_typed_reaches_it_and_four_megabytes_come_back()
    {
        var bytes = new byte[4 * 1024 * 1024];
        new Random(3).NextBytes(bytes);

        var result = await host.Exec(Spec(Seq1("cat")) with { Stdin = true }, bytes);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(bytes, result.Output);
    }

    [RuntimeFact]
    public async Task Ten_that_end_at_once_lose_nothing()
    {
        for (var i = 0; i < 10; i++)
        {
            var result = await host.Exec(Spec(Shell($"printf quick; exit {i}")));
            Assert.Equal((i, "quick"), (result.ExitCode, result.Text));
        }
    }

    [RuntimeFact]
    public async Task What_cannot_be_executed_is_refused_with_its_code_and_leaves_no_directory()
    {
        foreach (var (program, code) in Seq(("nosuch", 127), ("/no/such", 127), ("/etc/passwd", 126)))
        {
            var error = Assert.IsType<DomainError.StartFailed>(
                Bad(await host.Runtime.Begin(Spec(Seq1(program)), default).ToEither()));
            Assert.Equal(code, error.ExitCode);
            Assert.StartsWith($"OCI runtime exec failed: exec failed: unable to start container process: exec: \"{program}\": ", error.Message);
        }

        Assert.IsType<DomainError.NoSuchUser>(Bad(await host.Runtime.Begin(Spec(Seq1("true")) with { User = "nobody" }, default).ToEither()));
        Assert.Empty(Directory.GetDirectories(host.Paths.Bundle(id), "e*"));
    }

    [RuntimeFact]
    public async Task A_detached_one_goes_on_by_itself_and_its_exit_can_be_waited_for()
    {
        var exec = Good(await host.Runtime.Begin(
            Spec(Shell("sleep 0.2; echo there > /tmp/x; exit 6")) with { Detach = true, User = "0" }, default).ToEither());

        Assert.Equal(6, Good(await exec.Wait(default).ToEither()).ExitCode);
        Assert.Equal("there\n", File.ReadAllText($"{host.Paths.Upper(id)}/tmp/x"));
    }

    [RuntimeFact]
    public async Task The_containers_end_is_its_end()
    {
        var exec = Good(await host.Runtime.Begin(Spec(Seq("sleep", "60")), default).ToEither());
        var wait = exec.Wait(default).ToEither();

        Good(await host.Runtime.Signal(id, "KILL", default).ToEither());

        Assert.Equal(137, Good(await wait).ExitCode);
        // The exec may be noticed to have ended before the container is.
        Assert.True(Good(await host.Runtime.AwaitExit(id, TimeSpan.FromSeconds(60), default).ToEither()).IsSome);
        Assert.IsType<DomainError.WrongState>(Bad(await host.Runtime.Begin(Spec(Seq1("true")), default).ToEither()));
    }

    [RuntimeFact]
    public async Task It_lives_in_the_same_sandbox_as_the_container()
    {
        var script = "grep -E '^(Cap|Seccomp|NoNewPrivs)' /proc/self/status";
        var exec = await host.Exec(Spec(Seq("/bin/busybox", "sh", "-c", script.Replace("grep", "/bin/busybox grep"))) with { User = "0" });
        var run = await host.Run(host.Spec(host.NewId(), Shell(script.Replace("grep", "/bin/busybox grep"))));

        Assert.Equal(run.Text, exec.Text);
        Assert.Contains("Seccomp:\t2", exec.Text);
    }

    private ExecSpec Spec(Seq<string> command) =>
        new(id, $"e{++count:d11}", command, Seq<string>(), "", "", false, false, false, Seq<string>());
}
