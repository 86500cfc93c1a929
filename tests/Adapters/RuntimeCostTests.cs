namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using EventDock.Adapters.Runc;
using Xunit.Abstractions;
using static EventDock.Tests.Adapters.RuntimeHost;

/// <summary>What a run costs beside a bare <c>runc run</c> of the same config.json, in one process, round about.</summary>
public sealed class RuntimeCostTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 15;
    private readonly RuntimeHost host = new();

    public void Dispose() => host.Dispose();

    [RuntimeFact]
    public async Task A_whole_run_costs_less_than_two_and_a_half_bare_runs_of_runc()
    {
        var bundle = await PrepareBare();
        var (holds, told) = (false, new List<string>());
        for (var tries = 0; tries < 4 && !holds; tries++)
        {
            holds = await Compare(bundle, tries, told);
        }

        Assert.True(holds, string.Join('\n', told));
    }

    /// <summary>Other tests run beside this one, and take from one side now and then what they leave to the other.</summary>
    private async Task<bool> Compare(string bundle, int tries, List<string> told)
    {
        var parts = new List<double[]>();
        var bare = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            parts.Add(await Ours());
            bare.Add(Bare(bundle, (tries * Rounds) + round));
        }

        var medians = Enumerable.Range(0, 4).Select(i => Median(parts.Select(p => p[i]))).ToArray();
        var (whole, runc) = (Median(parts.Select(p => p.Sum())), Median(bare));
        output.WriteLine(
            $"ms, medians of {Rounds}: create {medians[0]:f1}, start {medians[1]:f1}, await {medians[2]:f1}, clean up {medians[3]:f1}; "
            + $"whole {whole:f1}; bare runc run {runc:f1}; ratio {whole / runc:f2}");
        told.Add($"{whole} against {runc}");
        return whole < 2.5 * runc;
    }

    private async Task<double[]> Ours()
    {
        var spec = host.Spec(host.NewId(), Seq1("true"), network: "none");
        return
        [
            await Time(async () => Good(await host.Runtime.Create(spec, default).ToEither())),
            await Time(async () => Good(await host.Runtime.Start(spec.Id, default).ToEither())),
            await Time(async () => Assert.True(Good(await host.Runtime.AwaitExit(spec.Id, TimeSpan.FromSeconds(60), default).ToEither()).IsSome)),
            await Time(async () => Good(await host.Runtime.CleanUp(spec.Id, default).ToEither())),
        ];
    }

    /// <summary>The config.json that a container of ours had, over a root of its own.</summary>
    private async Task<string> PrepareBare()
    {
        var spec = host.Spec(host.NewId(), Seq1("true"), network: "none");
        Good(await host.Runtime.Create(spec, default).ToEither());
        var config = JsonNode.Parse(File.ReadAllText($"{host.Paths.Bundle(spec.Id)}/config.json"))!;
        Good(await host.Runtime.CleanUp(spec.Id, default).ToEither());
        var bundle = $"{host.Root}/bare";
        Directory.CreateDirectory(bundle);
        config["root"]!["path"] = $"{host.Root}/layers/{host.Layer}/diff";
        config["linux"]!["cgroupsPath"] = host.Paths.Cgroup("bare");
        File.WriteAllText($"{bundle}/config.json", config.ToJsonString());
        return bundle;
    }

    private double Bare(string bundle, int round)
    {
        var watch = Stopwatch.StartNew();
        var finished = Good(ProcessRunner.Run("/usr/sbin/runc", "--root", $"{host.Root}/runc", "run", "--bundle", bundle, $"bare{round}"));
        Assert.Equal((0, ""), (finished.ExitCode, finished.Error));
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task<double> Time(Func<Task> part)
    {
        var watch = Stopwatch.StartNew();
        await part();
        return watch.Elapsed.TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
