namespace EventDock.Tests.Bench;

using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using LanguageExt;
using static LanguageExt.Prelude;

/// <summary><c>fill ROOT EVENTS CONTAINERS RUNNING PID [IMAGES]</c>: a ledger of so many events in the root's private cluster, appended as any command appends.</summary>
internal static class ViewsFill
{
    public static async Task<int> RunAsync(string root, int events, int images, int containers, int running, int pid)
    {
        var ledger = await OpenAsync(root);
        var history = new ViewsHistory(events, images, Math.Max(images, containers), containers, running, Alive(pid));
        var since = Stopwatch.StartNew();
        var last = 0L;
        foreach (var append in history.Appends())
        {
            last = Must(await ledger.Store.Append(append, CancellationToken.None).ToEither()).Last;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"filled {last} events in {since.Elapsed.TotalSeconds:F1} s, {last / since.Elapsed.TotalSeconds:F0} events/s"));
        await ledger.Care.Close();
        return 0;
    }

    /// <summary>
    /// <c>start ROOT RUNNING PID</c>: so many of its containers run, as that process. They have no control group, so that each command which
    /// looks after what runs reads the rows a second time: what is measured without that is measured before.
    /// </summary>
    public static async Task<int> StartAsync(string root, int running, int pid)
    {
        var ledger = await OpenAsync(root);
        for (var n = 0; n < running; n++)
        {
            var id = ViewsHistory.Id(n);
            var stream = Streams.Container(id.Value);
            var past = Must(await ledger.Store.Read(stream, CancellationToken.None).ToEither()).Count;
            var events = Seq<DockEvent>(new ContainerStartRequested(id), Alive(pid) with { Id = id }).Map(e => Fact.At(DateTimeOffset.UtcNow, e)).Strict();
            Must(await ledger.Store.Append(new Append(Seq1(new StreamAppend(stream, past, events)), Seq<Guard>()), CancellationToken.None).ToEither());
        }

        await ledger.Care.Close();
        return 0;
    }

    private static async Task<OpenLedger> OpenAsync(string root)
    {
        var origin = new Origin(
            Guid.CreateVersion7(), Seq("eventdock", "run", "-d", "app"), new Actor(0, "1000", "1000", "/usr/bin/bash", "/dev/pts/1", null),
            new Host("bench", Boot(), Environment.ProcessId), 1);
        return Must(await PostgresLedger.OpenPrivate(Place(root), origin, CancellationToken.None).ToEither());
    }

    private static ContainerStarted Alive(int pid) => new(ViewsHistory.Id(0), pid, StartTime(pid), Boot());

    public static ClusterPlace Place(string root) => new(
        root, $"/run/eventdock/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root)))[..8]}");

    public static T Must<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => r, Left: e => throw new InvalidOperationException(e.ToString()));

    private static string Boot() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Field 22 of /proc/PID/stat; the second, in parentheses, may hold blanks.</summary>
    private static long StartTime(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture);
    }
}
