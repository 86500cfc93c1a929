namespace EventDock.Tests.Bench;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using LanguageExt;
using static LanguageExt.Prelude;

/// <summary>What the first appends of a fresh connection take: a command has no other.</summary>
internal static class FirstAppend
{
    public static async Task<int> RunAsync()
    {
        await using var server = await BenchServer.StartAsync();
        var engine = await server.NewLedgerAsync();
        var (created, started, second, single) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < 40; i++)
        {
            var id = BenchRows.Id(i);
            var open = await BenchServer.OpenAsync(engine);
            created.Add(await TimeAsync(open.Store, Create(i)));
            started.Add(await TimeAsync(open.Store, One(id, 2, BenchRows.Next(id, 1))));
            second.Add(await TimeAsync(open.Store, One(id, 3, BenchRows.Next(id, 2))));
            await open.Care.Close();

            open = await BenchServer.OpenAsync(engine);
            single.Add(await TimeAsync(open.Store, One(id, 4, new ContainerRemoved(id))));
            await open.Care.Close();
        }

        Console.WriteLine(FormattableString.Invariant(
            $"fresh connection, ms (median of 40): run's creation {Median(created):F1}, its start {Median(started):F1}, its end {Median(second):F1}; a single event {Median(single):F1}"));
        return 0;
    }

    private static Append Create(int i)
    {
        var id = BenchRows.Id(i);
        return One(id, 0, BenchRows.Created(i), new ContainerStartRequested(id)).And(new Append(
            Seq1(new StreamAppend(Streams.Layer(id.Value), 0, Seq1(Fact.At(DateTimeOffset.UtcNow, new LayerCreated(id.Value, id.Value, null, null, null, 0))))),
            Seq<Guard>()));
    }

    private static Append One(ContainerId id, long expected, params DockEvent[] happened) => new(
        Seq1(new StreamAppend(Streams.Container(id.Value), expected, happened.Select(e => Fact.At(DateTimeOffset.UtcNow, e)).ToSeq())), Seq<Guard>());

    private static async Task<double> TimeAsync(EventStore store, Append append)
    {
        var since = Stopwatch.GetTimestamp();
        BenchServer.Must(await store.Append(append, CancellationToken.None).ToEither());
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
