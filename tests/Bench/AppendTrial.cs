namespace EventDock.Tests.Bench;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using LanguageExt;
using Npgsql;
using static LanguageExt.Prelude;

/// <summary>What a trial has found: how much happened, and everything that should not be.</summary>
internal sealed record TrialReport(int Acknowledged, int Conflicts, int Unreachable, int BackendsEnded, int ServersKilled, IReadOnlyList<string> Wrong);

/// <summary>
/// Many writers on few streams, while backends are ended at random and the server is killed and started again. The name
/// of a command stands in every event it adds, so that afterwards each can be counted.
/// </summary>
internal sealed class AppendTrial(ClusterPlace place, int writers, int commands, int streams, int kills, int seed)
{
    private readonly Dictionary<string, (bool Told, int Events)> acknowledged = [];
    private int ended;
    private int killed;
    private int done;
    private int conflicts;
    private int unreachable;

    public async Task<TrialReport> RunAsync()
    {
        var first = await OpenAsync();
        for (var i = 0; i < streams; i++)
        {
            Must(await first.Store.Append(
                One(Id(i), 0, new LayerCreated(Id(i), Id(i), null, null, null, 0)), CancellationToken.None).ToEither());
        }

        using var over = new CancellationTokenSource();
        var disturber = Task.Run(() => DisturbAsync(over.Token));
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(writer))));
        await over.CancelAsync();
        await disturber;
        var wrong = await CheckAsync();
        await first.Care.Close();
        var told = acknowledged.Count(a => a.Value.Told);
        return new TrialReport(told, conflicts, unreachable, ended, killed, wrong);
    }

    private async Task WriteAsync(int writer)
    {
        var random = new Random(seed + writer);
        var open = await OpenAsync();
        for (var n = 0; n < commands; n++)
        {
            var name = FormattableString.Invariant($"{writer}/{n}");
            var a = random.Next(streams);
            var b = (a + 1 + random.Next(streams - 1)) % streams;
            var result = await open.Retries.OnConflict(
                () => from one in AddedAsync(open.Store, a, name)
                      from two in EventsOf(n) == 2 ? AddedAsync(open.Store, b, name) : RightAsync<DomainError, Append>(Append.None)
                      from appended in open.Store.Append(one.And(two), CancellationToken.None)
                      select appended,
                CancellationToken.None).ToEither();
            var known = result.Match(Right: _ => true, Left: Refused);
            lock (acknowledged)
            {
                acknowledged.Add(name, (known, EventsOf(n)));
            }

            Interlocked.Increment(ref done);
        }

        await open.Care.Close();
    }

    /// <summary>Most commands add one event, some one to each of two streams.</summary>
    private static int EventsOf(int command) => command % 8 == 0 ? 2 : 1;

    private static EitherAsync<DomainError, Append> AddedAsync(EventStore store, int stream, string name) =>
        from past in store.Past(Streams.Layer(Id(stream)), CancellationToken.None)
        select One(Id(stream), past.Version, Written(Id(stream), name));

    private bool Refused(DomainError error)
    {
        Interlocked.Increment(ref error is DomainError.Conflict ? ref conflicts : ref unreachable);
        return error is DomainError.Conflict or DomainError.LedgerUnreachable
            ? false
            : throw new InvalidOperationException(error.ToString());
    }

    /// <summary>Ends a backend every few moments, and kills the server when so many parts of the work are done.</summary>
    private async Task DisturbAsync(CancellationToken over)
    {
        var random = new Random(seed);
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(20 + random.Next(120), CancellationToken.None);
            if (killed < kills && Volatile.Read(ref done) > (killed + 1) * writers * commands / (kills + 1))
            {
                using var postmaster = Process.GetProcessById(
                    int.Parse(System.IO.File.ReadLines(System.IO.Path.Combine(place.Root, "pg", "postmaster.pid")).First()));
                postmaster.Kill();
                killed++;
                continue;
            }

            try
            {
                ended += (int)(long)(await AskAsync(
                    """
                    select count(*) filter (where pg_terminate_backend(pid)) from (select pid from pg_stat_activity
                        where backend_type = 'client backend' and pid <> pg_backend_pid() order by random() limit 1) b
                    """))[0][0]!;
            }
            catch (NpgsqlException)
            {
                // The server is down: a writer starts it again.
                Must(await PrivateCluster.Create(place).EnsureUp(CancellationToken.None).ToEither());
            }
        }
    }

    private async Task<IReadOnlyList<string>> CheckAsync()
    {
        Must(await PrivateCluster.Create(place).EnsureUp(CancellationToken.None).ToEither());
        var wrong = new List<string>();
        var open = await OpenAsync();
        var log = new List<Recorded<DockEvent>>();
        Must(await open.Log.Read(
            new LogQuery(Seq<string>(), Seq<string>(), Seq<string>(), null, null, null, null, null),
            e =>
            {
                log.Add(e);
                return unit;
            },
            CancellationToken.None).ToEither());
        await open.Care.Close();
        log.Reverse();

        Claim(log.Select((e, i) => e.Position == i + 1).All(right => right), "positions are not contiguous");
        Claim(log.Zip(log.Skip(1)).All(p => p.First.At <= p.Second.At), "recorded times run backwards");
        Claim(
            log.GroupBy(e => e.Stream).All(g => g.Select((e, i) => e.Version == i + 1).All(right => right)),
            "versions of a stream are not contiguous");
        var found = log.Where(e => e.Event is LayerWritten).GroupBy(e => ((LayerWritten)e.Event).Cause).ToDictionary(g => g.Key, g => g.ToList());
        foreach (var (name, (told, events)) in acknowledged)
        {
            var there = found.GetValueOrDefault(name) ?? [];
            var whole = there.Count == events && there[^1].Position - there[0].Position == events - 1;
            Claim(told ? whole : there.Count == 0 || whole, $"{(told ? "acknowledged" : "refused")} command {name} is there with {there.Count} events");
        }

        Claim(found.Keys.All(acknowledged.ContainsKey), "a command is there that nobody gave");
        await ChainAsync();
        await ViewsAsync(log);
        return wrong;

        void Claim(bool holds, string otherwise)
        {
            if (!holds)
            {
                wrong.Add(otherwise);
            }
        }

        async Task ChainAsync()
        {
            var (link, leaves) = (new byte[32], 0);
            foreach (var row in await AskAsync("select line, hash, chain from eventdock.leaves order by position"))
            {
                var hash = SHA256.HashData([0, .. Encoding.UTF8.GetBytes((string)row[0]!)]);
                link = SHA256.HashData([2, .. link, .. hash]);
                leaves++;
                Claim(Same(hash, row[1]) && Same(link, row[2]), $"leaf {leaves} or its link");
            }

            Claim(leaves == log.Count, "there are not as many leaves as events");
            Claim(Same(link, (await AskAsync("select chain from eventdock.head"))[0][0]), "the head's link");
        }

        async Task ViewsAsync(List<Recorded<DockEvent>> all)
        {
            foreach (var view in AllViews.Projections)
            {
                var rows = (await AskAsync($"select key, valid_from, valid_to, row::text from eventdock.view_{view.Name}"))
                    .Select(r => $"{r[0]} {r[1]} {r[2]} {view.Write(view.Read((string)r[3]!))}").Order(StringComparer.Ordinal);
                Claim(rows.SequenceEqual(Fold(view, all).Order(StringComparer.Ordinal)), $"view {view.Name} is not its fold");
            }
        }
    }

    /// <summary>Every version of every row of a view, as the log gives it.</summary>
    private static IEnumerable<string> Fold(AnyProjection view, List<Recorded<DockEvent>> events)
    {
        var open = new Dictionary<string, (object Row, string Text, long From)>();
        foreach (var happened in events)
        {
            foreach (var key in view.Keys(happened.Event))
            {
                var before = open.TryGetValue(key, out var row);
                var after = view.Apply(before ? row.Row : null, happened.Fact);
                var text = after is null ? null : view.Write(after);
                if (before && text == row.Text)
                {
                    continue;
                }

                if (before)
                {
                    open.Remove(key);
                    yield return $"{key} {row.From} {happened.Position} {row.Text}";
                }

                if (text is not null)
                {
                    open.Add(key, (after!, text, happened.Position));
                }
            }
        }

        foreach (var (key, row) in open)
        {
            yield return $"{key} {row.From}  {row.Text}";
        }
    }

    private async Task<List<object?[]>> AskAsync(string sql)
    {
        var uri = Must(LibpqUri.Parse(PrivateCluster.Create(place).Url));
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host, Username = uri.User, Database = uri.Database, Pooling = false, SslMode = SslMode.Disable,
        });
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object?[]>();
        while (await reader.ReadAsync())
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            }

            rows.Add(row);
        }

        return rows;
    }

    /// <summary>Again where it was disturbed: what is tried here is appending.</summary>
    private async Task<OpenLedger> OpenAsync()
    {
        while (true)
        {
            var opened = await PostgresLedger.OpenPrivate(
                place,
                new Origin(
                    Guid.NewGuid(), Seq1("eventdock"), new Actor(0, Actor.Unset, null, null, null, null), new Host("host", "boot", 1), 1),
                CancellationToken.None).ToEither();
            if (opened.Match(Right: _ => true, Left: e => e is not DomainError.LedgerUnreachable))
            {
                return Must(opened);
            }
        }
    }

    private static bool Same(byte[] computed, object? stored) => computed.AsSpan().SequenceEqual((byte[])stored!);

    private static string Id(int stream) => FormattableString.Invariant($"s{stream}");

    private static LayerWritten Written(string id, string name) => new(id, name, 1, 0, 0, 1, null, Seq<PathChange>(), null);

    private static Append One(string id, long expected, DockEvent happened) => new(
        Seq1(new StreamAppend(Streams.Layer(id), expected, Seq1(Fact.At(DateTimeOffset.UtcNow, happened)))), Seq<Guard>());

    private static T Must<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => r, Left: e => throw new InvalidOperationException(e.ToString()));
}
