namespace EventDock.Tests.Bench;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using LanguageExt;
using static LanguageExt.Prelude;

/// <summary>Writers that append through EventDock's own code, each on the stream of a container of its own.</summary>
internal sealed class OurWriters(OpenLedger[] ledgers, ContainerId[] ids, long[] versions, int events) : IAsyncDisposable
{
    public static async Task<OurWriters> StartAsync(BenchServer server, int writers, int events)
    {
        var engine = await server.NewLedgerAsync();
        var ledgers = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => BenchServer.OpenAsync(engine)));
        var ids = ledgers.Select((_, i) => BenchRows.Id(i)).ToArray();
        var ours = new OurWriters(ledgers, ids, new long[writers], events);
        for (var i = 0; i < writers; i++)
        {
            await ours.AddAsync(i, Seq1<DockEvent>(BenchRows.Created(i)));
        }

        return ours;
    }

    public Task AppendAsync(int writer) =>
        AddAsync(writer, Enumerable.Range(0, events).Select(n => BenchRows.Next(ids[writer], versions[writer] + n)).ToSeq());

    private async Task AddAsync(int writer, Seq<DockEvent> happened)
    {
        var now = DateTimeOffset.UtcNow;
        var append = new Append(
            Seq1(new StreamAppend(Streams.Container(ids[writer].Value), versions[writer], happened.Map(e => Fact.At(now, e)))), Seq<Guard>());
        BenchServer.Must(await ledgers[writer].Store.Append(append, CancellationToken.None).ToEither());
        versions[writer] += happened.Count;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var ledger in ledgers)
        {
            await ledger.Care.Close();
        }
    }
}
