namespace EventDock.Tests.Adapters;

using System.Security.Cryptography;
using System.Text;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>Checksums of views, and views beside their fold.</summary>
[Collection(LedgerTests.Name)]
public sealed class ViewCheckTests(LedgerFixture fixture)
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;

    [Fact]
    public async Task A_checksum_as_of_a_position_stays_whatever_comes_later_and_wherever_the_rows_lie()
    {
        var (ledger, open) = await FilledAsync();
        var head = Must(await open.Log.Head(NoCancel).ToEither());
        var now = Must(await open.Care.Views.Sums(None, NoCancel).ToEither());
        foreach (var append in new[] { One(Streams.Layer("later"), 0, Layer("later")) })
        {
            Must(await open.Store.Append(append, NoCancel).ToEither());
        }

        await ledger.AskAsync("cluster eventdock.view_layers using view_layers_pkey; update eventdock.view_containers set key = key");
        Assert.Equal(now, Must(await open.Care.Views.Sums(Some(head), NoCancel).ToEither()));
        Assert.NotEqual(now, Must(await open.Care.Views.Sums(None, NoCancel).ToEither()));
        Must(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        Assert.Equal(now, Must(await open.Care.Views.Sums(Some(head), NoCancel).ToEither()));
        Assert.IsType<DomainError.Invalid>(
            (await open.Care.Views.Sums(Some(head + 2), NoCancel).ToEither()).Match(Right: _ => (object)"summed", Left: e => e));
        await open.Care.Close();
    }

    [Fact]
    public async Task A_checksum_is_that_of_the_lines_that_copy_writes()
    {
        var (ledger, open) = await FilledAsync();
        var head = Must(await open.Log.Head(NoCancel).ToEither());
        await using var source = NpgsqlDataSource.Create(ConnectionString(ledger.Owner));
        await using var connection = await source.OpenConnectionAsync();
        foreach (var sum in Must(await open.Care.Views.Sums(None, NoCancel).ToEither()))
        {
            using var lines = await connection.BeginTextExportAsync($"copy ({ViewSums.Query(sum.View, head)}) to stdout");
            var text = await lines.ReadToEndAsync();
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), sum.Sha256);
            Assert.Equal(await ledger.AskOneAsync<long>($"select count(*) from eventdock.view_{sum.View}"), sum.Rows);
        }

        await open.Care.Close();
    }

    [Theory]
    [InlineData("update eventdock.view_layers set row = row || '{\"Stranger\": 1}' where key = '{0}' and valid_to is null", 3)]
    [InlineData("update eventdock.view_layers set row = jsonb_set(row, '{{Size}}', '\"6\"') where key = '{0}' and valid_from = 2", 2)]
    [InlineData("delete from eventdock.view_layers where key = '{0}' and valid_to is null", 3)]
    [InlineData("delete from eventdock.view_layers where key = '{0}'", 2)]
    [InlineData("update eventdock.view_layers set valid_to = 4 where key = '{0}' and valid_to is null", 3)]
    [InlineData("insert into eventdock.view_layers select key, 4, 5, row from eventdock.view_layers where key = '{0}' and valid_to is null", 4)]
    public async Task A_row_that_is_not_what_the_log_says_is_found_and_named(string change, long position)
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var (a, b) = (Hex("a"), Hex("b"));
        Must(await open.Store.Append(One(Streams.Layer(b), 0, Layer(b)), NoCancel).ToEither());
        Must(await open.Store.Append(
            One(Streams.Layer(a), 0, Layer(a), new LayerWritten(a, "exit", 1, 0, 0, 3, null, Seq<PathChange>(), null)), NoCancel).ToEither());
        Must(await open.Store.Append(One(Streams.Layer(b), 1, new LayerRemoved(b)), NoCancel).ToEither());
        Must(await open.Store.Append(One(Streams.Layer(b), 2, Layer(b)), NoCancel).ToEither());
        Assert.True(Must(await open.Care.Views.Compare(None, 10, _ => { }, NoCancel).ToEither()).IsEmpty);

        await ledger.AskAsync(change.Replace("{0}", a, StringComparison.Ordinal).Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal));
        var found = Must(await open.Care.Views.Compare(None, 10, _ => { }, NoCancel).ToEither());
        Assert.Equal(new ViewDifferences(Seq1(new ViewDifference("layers", a, position)), false), found);
        await open.Care.Close();
    }

    [Fact]
    public async Task Of_many_rows_that_differ_some_are_named_and_the_rest_is_told_of()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        foreach (var id in Enumerable.Range(0, 12).Select(n => Hex($"{n}")))
        {
            Must(await open.Store.Append(One(Streams.Layer(id), 0, Layer(id)), NoCancel).ToEither());
        }

        await ledger.AskAsync("update eventdock.view_layers set row = row || '{\"Size\": \"7\"}'");
        var found = Must(await open.Care.Views.Compare(None, 10, _ => { }, NoCancel).ToEither());
        Assert.Equal((10, true), (found.Found.Count, found.More));
        found = Must(await open.Care.Views.Compare(None, 12, _ => { }, NoCancel).ToEither());
        Assert.Equal((12, false), (found.Found.Count, found.More));
        await open.Care.Close();
    }

    [Fact]
    public async Task Views_with_every_kind_of_text_in_their_rows_equal_their_fold_at_every_position()
    {
        var (_, open) = await FilledAsync();
        var head = Must(await open.Log.Head(NoCancel).ToEither());
        for (var position = 0L; position <= head; position += 7)
        {
            Assert.True(Must(await open.Care.Views.Compare(Some(position), 10, _ => { }, NoCancel).ToEither()).IsEmpty);
        }

        Assert.True(Must(await open.Care.Views.Compare(None, 10, _ => { }, NoCancel).ToEither()).IsEmpty);
        await open.Care.Close();
    }

    [Fact]
    public async Task The_node_of_a_lifetime_is_its_position_that_is_divisible_by_the_highest_power_of_two()
    {
        var ledger = await fixture.NewAsync();
        var random = new Random(20261121);
        var lifetimes = Enumerable.Range(0, 600).Select(_ =>
        {
            var from = random.NextInt64(1, 1L << random.Next(1, 52));
            return (From: from, To: from + random.NextInt64(1, 1L << random.Next(1, 20)));
        }).ToArray();
        var nodes = await ledger.AskAsync(
            $"select eventdock.lifetime_node(f, t) from (values {string.Join(',', lifetimes.Select((l, n) => $"({n},{l.From},{l.To})"))}) v(n, f, t) order by n");
        Assert.Equal(lifetimes.Select(l => Naive(l.From, l.To)), nodes.Select(n => (long)n[0]!));

        static long Naive(long from, long to)
        {
            for (var power = 62; ; power--)
            {
                var node = (to - 1) >> power << power;
                if (node >= from)
                {
                    return node;
                }
            }
        }
    }

    /// <summary>A lawful history of all views, and rows with text that JSON escapes.</summary>
    private async Task<(TestLedger Ledger, OpenLedger Open)> FilledAsync()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        foreach (var append in History(Enumerable.Range(0, 60).Select(n => n * 7919 % 1000)))
        {
            Must(await open.Store.Append(append, NoCancel).ToEither());
        }

        var id = Container("odd");
        Must(await open.Store.Append(
            One(
                Streams.Container(id.Value), 0, Created(id, "tab\t\"quoted\" \\ é\u001f\u007f\ud83d\ude00 <&'+`>\b\f\n\r", Hex("i")),
                new ContainerStartRequested(id), new ContainerStartFailed(id, 127, "no\u2028such")),
            NoCancel).ToEither());
        return (ledger, open);
    }
}
