namespace EventDock.Tests.Bench;

using System;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;

/// <summary>
/// Appends beside the same rows written by bare SQL functions, in one server, in turns of a tenth of a second: so whatever else
/// the machine does, and what the server does by itself, meets both alike. The ratio is the median over the rounds of many turns.
/// </summary>
internal static class AppendBench
{
    private sealed class Sum
    {
        public double Events { get; set; }

        public double Seconds { get; set; }
    }

    private sealed record Case(string Name, int Writers, int Events, double Least);

    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    /// <summary>Of each, in a round.</summary>
    private const int Turns = 10;

    private static readonly Case[] Cases =
    [
        new("1 writer, 1 event a commit", 1, 1, 0.85),
        new("8 writers, 1 event a commit", 8, 1, 0.85),
        new("1 writer, 100 events a commit", 1, 100, 0.80),
    ];

    public static async Task<int> RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync();
        var failed = 0;
        Console.WriteLine("append, events/s (median of the rounds)   ours     bare    ratio  (least and most)   aim");
        foreach (var one in Cases)
        {
            await using var ours = await OurWriters.StartAsync(server, one.Writers, one.Events);
            await using var bare = await BareWriters.StartAsync(server, one.Writers, one.Events);
            // Long enough for the compiler to have done with what is used most.
            for (var warm = 0; warm < 5; warm++)
            {
                await RoundAsync(ours.AppendAsync, bare.AppendAsync, one);
            }

            var measured = new (double Ours, double Bare)[rounds];
            for (var i = 0; i < rounds; i++)
            {
                measured[i] = await RoundAsync(ours.AppendAsync, bare.AppendAsync, one);
            }

            var ratios = measured.Select(m => m.Ours / m.Bare).Order().ToArray();
            var ratio = Median(ratios);
            var (a, b) = (Median(measured.Select(m => m.Ours)), Median(measured.Select(m => m.Bare)));
            var enough = ratio >= one.Least && (one.Events == 1 || b < 20_000 || a >= 15_000);
            failed += enough ? 0 : 1;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{one.Name,-36} {a,10:N0} {b,8:N0} {ratio,8:F2}  ({ratios[0]:F2} to {ratios[^1]:F2}) {one.Least,7:F2}{(enough ? "" : "  MISSED")}"));
        }

        return failed == 0 ? 0 : 1;
    }

    /// <summary>Events a second of both, who take turns; who goes first alternates, too.</summary>
    private static async Task<(double Ours, double Bare)> RoundAsync(Func<int, Task> ours, Func<int, Task> bare, Case one)
    {
        var (a, b) = (new Sum(), new Sum());
        for (var turn = 0; turn < Turns; turn++)
        {
            await TurnAsync(turn % 2 == 0 ? ours : bare, one, turn % 2 == 0 ? a : b);
            await TurnAsync(turn % 2 == 0 ? bare : ours, one, turn % 2 == 0 ? b : a);
        }

        return (a.Events / a.Seconds, b.Events / b.Seconds);
    }

    /// <summary>All writers for a moment.</summary>
    private static async Task TurnAsync(Func<int, Task> append, Case one, Sum sum)
    {
        var since = Stopwatch.GetTimestamp();
        var appends = await Task.WhenAll(Enumerable.Range(0, one.Writers).Select(writer => Task.Run(async () =>
        {
            var done = 0L;
            while (Stopwatch.GetElapsedTime(since) < Turn)
            {
                await append(writer);
                done++;
            }

            return done;
        })));
        sum.Seconds += Stopwatch.GetElapsedTime(since).TotalSeconds;
        sum.Events += appends.Sum() * one.Events;
    }

    private static double Median(System.Collections.Generic.IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
