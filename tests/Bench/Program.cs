using System;
using System.Globalization;
using EventDock.Tests.Bench;

// What `make bench-ledger` runs: one file a measurement, chosen by the first argument.
return args switch
{
    ["append", .. var rest] => await EventDock.Tests.Bench.AppendBench.RunAsync(rest is [var rounds] ? int.Parse(rounds) : 9),
    ["append-first"] => await EventDock.Tests.Bench.FirstAppend.RunAsync(),
    ["append-soak", .. var rest] => await EventDock.Tests.Bench.AppendSoak.RunAsync(rest),
    ["fill", var root, var events, var containers, var running, var pid] =>
        await ViewsFill.RunAsync(root, Number(events), Math.Max(1, Number(containers) / 20), Number(containers), Number(running), Number(pid)),
    ["fill", var root, var events, var containers, var running, var pid, var images] =>
        await ViewsFill.RunAsync(root, Number(events), Number(images), Number(containers), Number(running), Number(pid)),
    ["start", var root, var running, var pid] => await ViewsFill.StartAsync(root, Number(running), Number(pid)),
    _ => Unknown(),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Unknown()
{
    System.Console.Error.WriteLine("bench: name a measurement");
    return 2;
}
