namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Runc;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.RuntimeHost;

/// <summary>RUN, in a mounted workspace.</summary>
public sealed class RuntimeStepTests : IDisposable
{
    private readonly RuntimeHost host = new();
    private readonly ContainerId workspace;
    private readonly string root;

    public RuntimeStepTests()
    {
        workspace = host.NewId();
        root = host.Paths.Merged(workspace);
        Good(host.Mounts.Mount(new OverlayMount(
            Seq1(host.Layer), host.Paths.Upper(workspace), $"{host.Paths.Container(workspace)}/work", root, MountPoints: true)));
    }

    public void Dispose()
    {
        Good(host.Sweep.EndStep("w1"));
        host.Dispose();
    }

    [RuntimeFact]
    public async Task A_step_changes_the_workspace_and_gives_its_output_and_code()
    {
        var result = Good(await host.Step(Spec("echo out; echo err >&2; echo x > /made; echo $K; exit 3")));

        Assert.Equal((3, "out\nv\n", "err\n"), (result.ExitCode, result.Text, result.ErrorText));
        Assert.Equal(["made"], Directory.GetFileSystemEntries(host.Paths.Upper(workspace)).Select(Path.GetFileName));
        AssertNothingLeft();
    }

    [RuntimeFact]
    public async Task A_program_that_is_not_there_is_127_and_not_the_steps_own_exit()
    {
        var error = Assert.IsType<DomainError.StartFailed>(
            Bad(await host.Step(Spec("") with { Arguments = Seq1("nosuch") })));

        Assert.Equal(127, error.ExitCode);
        Assert.Equal(1, Good(await host.Step(Spec("exit 1"))).ExitCode);
        AssertNothingLeft();
    }

    [RuntimeFact]
    public async Task Five_megabytes_come_out_whole()
    {
        var result = Good(await host.Step(Spec("seq 1 700000")));

        Assert.Equal(string.Join('\n', Enumerable.Range(1, 700000)) + "\n", result.Text);
    }

    [RuntimeFact]
    public async Task Its_input_is_empty_and_it_has_no_terminal() =>
        Assert.Equal("none\n", Good(await host.Step(Spec("cat; [ -t 1 ] || echo none"))).Text);

    [RuntimeFact]
    public async Task The_token_ends_it_and_leaves_nothing()
    {
        using var soon = new CancellationTokenSource(300);

        Assert.IsType<DomainError.Interrupted>(
            Bad(await Task.Run(() => host.Step(Spec("trap '' TERM INT; sleep 600"), soon.Token)).WaitAsync(TimeSpan.FromSeconds(60))));
        AssertNothingLeft();
    }

    [RuntimeFact]
    public async Task A_step_whose_command_was_killed_is_ended_by_its_workspaces_name()
    {
        var step = host.Step(Spec("sleep 60"));
        for (var i = 0; i < 6000 && !File.Exists($"{host.Paths.StepBundle("w1")}/pid"); i++)
        {
            await Task.Delay(10);
        }

        Good(host.Sweep.EndStep("w1"));

        await step;
        AssertNothingLeft();
        Good(host.Sweep.EndStep("w1"));
    }

    [RuntimeFact]
    public async Task It_runs_as_the_user_and_where_it_is_told()
    {
        var result = Good(await host.Step(Spec("id -un; pwd") with { User = "bob", WorkingDir = "/srv/here" }));

        Assert.Equal("bob\n/srv/here\n", result.Text);
    }

    private StepSpec Spec(string script) => new("w1", "w1", root, Shell(script), Seq1("K=v"), "", "", "none");

    private void AssertNothingLeft()
    {
        Assert.False(Directory.Exists(host.Paths.StepBundle("w1")), "bundle");
        Assert.False(Directory.Exists(host.Paths.State("step-w1")), "state");
        Assert.False(Cgroups.Exists(host.Paths.Cgroup("step-w1")), "cgroup");
    }
}
