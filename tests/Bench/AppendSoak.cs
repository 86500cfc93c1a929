namespace EventDock.Tests.Bench;

using System;
using System.Globalization;
using System.Threading.Tasks;

/// <summary>The whole trial, as <c>make soak</c> runs it. The first argument is the seed.</summary>
internal static class AppendSoak
{
    public static async Task<int> RunAsync(string[] args)
    {
        var seed = args is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next(100_000);
        await using var server = await BenchServer.StartAsync();
        var report = await new AppendTrial(server.Place, writers: 32, commands: 500, streams: 20, kills: 2, seed).RunAsync();
        Console.WriteLine(
            $"seed {seed}: {report.Acknowledged} commands acknowledged, {report.Conflicts} refused for a conflict, {report.Unreachable} for a lost connection, "
            + $"{report.BackendsEnded} backends ended, the server killed {report.ServersKilled} times");
        foreach (var wrong in report.Wrong)
        {
            Console.WriteLine($"WRONG: {wrong}");
        }

        return report.Wrong.Count == 0 && report.ServersKilled == 2 && report.Acknowledged > 8000 ? 0 : 1;
    }
}
