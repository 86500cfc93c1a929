namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Postgres;
using EventDock.Adapters.Signing;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Tests.Adapters.ImportTrial;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>
/// Values that no program of ours writes, and that the columns allow: verify has a verdict on each, and every other way to read
/// the ledger an answer or an error with a name, never an exception.
/// </summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerHostileTests(LedgerFixture fixture) : IDisposable
{
    private const string Relaxed = "alter table eventdock.mt_events drop constraint fkey_mt_events_stream_id; ";
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string root = Directory.CreateTempSubdirectory("ed-hostile-").FullName;

    /// <summary>Position 3 is redacted, position 4 is whole.</summary>
    private static readonly string[] Values =
    [
        .. new[] { "'infinity'", "'-infinity'", "'200000-01-01'", "'0500-01-01 BC'" }.SelectMany(time => new[]
        {
            $"update eventdock.mt_events set timestamp = {time} where seq_id = 3",
            $"update eventdock.mt_events set timestamp = {time} where seq_id = 4",
            $"update eventdock.leaves set recorded = {time} where position = 4",
        }),
        "update eventdock.leaves set late = 'empty' where position in (3, 4)",
        "update eventdock.leaves set late = '(,)' where position = 4",
        "update eventdock.leaves set late = '[-infinity,infinity]' where position = 4",
        "update eventdock.leaves set line = '' where position = 4",
        "update eventdock.leaves set line = '[]' where position = 4",
        "update eventdock.leaves set line = repeat('[', 100000) where position = 3",
        "update eventdock.leaves set hash = '\\x' where position = 4",
        "update eventdock.leaves set chain = '\\x00' where position = 3",
        "update eventdock.leaves set position = -4 where position = 4",
        "update eventdock.mt_events set stream_id = null where seq_id = 4",
        "update eventdock.mt_events set stream_id = null where seq_id = 3",
        "update eventdock.mt_events set correlation_id = null where seq_id = 4",
        "update eventdock.mt_events set type = '' where seq_id = 4",
        "update eventdock.mt_events set type = repeat('x', 500) where seq_id = 3",
        "update eventdock.mt_events set version = -9223372036854775808 where seq_id = 4",
        "update eventdock.mt_events set version = 9223372036854775807 where seq_id = 4",
        "update eventdock.mt_events set data = 'null' where seq_id = 4",
        "update eventdock.mt_events set data = (repeat('[', 500) || repeat(']', 500))::jsonb where seq_id = 4",
        "update eventdock.mt_events set data = to_jsonb(repeat('x', 20000000)) where seq_id = 4",
        "update eventdock.mt_events set data = '{\"Id\": 1e300}' where seq_id = 3",
        "update eventdock.mt_events set headers = '\"x\"' where seq_id = 4",
        "update eventdock.mt_events set headers = '[]' where seq_id = 3",
        "update eventdock.mt_events set headers = jsonb_set(headers, '{Schema}', '1e300') where seq_id = 4",
        "update eventdock.mt_events set headers = jsonb_set(headers, '{Schema}', '-1') where seq_id = 4",
        "update eventdock.mt_events set headers = jsonb_set(headers, '{Occurred}', '\"9999-99-99T99:99:99.999999Z\"') where seq_id = 4",
        "update eventdock.mt_events set headers = jsonb_set(headers, '{Actor}', 'null') where seq_id = 4",
        "update eventdock.mt_events set headers = jsonb_set(headers, '{Host,Pid}', '99999999999999999999') where seq_id = 4",
        "update eventdock.salts set headers = '\\x' where position = 4",
        "update eventdock.salts set data = null, headers = null where position = 4",
        "update eventdock.head set chain = '\\x00'",
        "update eventdock.head set recorded = 'infinity'",
        "update eventdock.head set position = -5",
        "update eventdock.head set position = 9223372036854775807",
        "delete from eventdock.head",
        "insert into eventdock.redactions values (-1, -1, 9223372036854775807)",
        "insert into eventdock.redactions values (4, 4, 4)",
        "insert into eventdock.redactions values (4, 1, 1)",
        "update eventdock.mt_events set data = '{}' where type = 'redacted'",
        "update eventdock.mt_events set data = '{\"Parts\": \"data\", \"Reason\": 7}' where type = 'redacted'",
        "update eventdock.mt_events set headers = null where type = 'redacted'",
        Relaxed + "update eventdock.mt_events set stream_id = 'redaction-999999999999999999' where seq_id = 6",
        "insert into eventdock.segments values (-5, 99, '../x', -1, 'x', '{null}', '{}', true)",
        "insert into eventdock.segments values (1, 4, 'x', 7, 'x', '{1}', '{0}', true)",
        "insert into eventdock.segments values (1, 4, 'x', 7, 'x', '{1,2}', '{9223372036854775807,-1}', false)",
        "insert into eventdock.sealed (seq_id, stream_id, version, type) values (4, 'x', -1, 'x')",
        "insert into eventdock.foreign_events values (9223372036854775807, gen_random_uuid(), true)",
        "update eventdock.mt_streams set version = -1",
        "update eventdock.mt_streams set tenant_id = null",
    ];

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Whatever_a_column_holds_verify_has_a_verdict_and_nothing_throws()
    {
        var ledger = await NewAsync();
        var wrong = new List<string>();
        foreach (var value in Values)
        {
            await using var copy = await LedgerTamperTests.CopyAsync(ledger);
            await copy.Ledger.AskAsync(value);
            foreach (var (name, way) in Ways)
            {
                try
                {
                    var told = await way(this, copy.Ledger.Owner).WaitAsync(TimeSpan.FromSeconds(60));
                    if (name == "verify" && told == 0)
                    {
                        wrong.Add($"{value}: nothing was found");
                    }
                }
                catch (Exception e) when (e is not Xunit.Sdk.XunitException)
                {
                    wrong.Add($"{value}: {name}: {e.GetType().Name} {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("EventDock.Adapters", StringComparison.Ordinal) || l.Contains("EventDock.Domain", StringComparison.Ordinal))?.Trim()}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static readonly (string Name, Func<LedgerHostileTests, LibpqUri, Task<int>> Way)[] Ways =
    [
        ("verify", (self, uri) => self.OpenAsync(uri, async open => (await VerifyLedger.Run(
            new VerifyPorts(open, SigningAdapter.Create(self.root, None), CheckpointFilesAdapter.Create(self.root), 0, "theroot"),
            new VerifyRequest(1, None, None, None, Views: true), _ => { }, NoCancel).ToEither())
            .Match(Right: v => v.Findings.Count, Left: _ => 1))),
        ("log", (self, uri) => self.OpenAsync(uri, async open => (await open.Log.Read(
            new LogQuery(Seq<string>(), Seq<string>(), Seq<string>(), null, null, null, null, null), _ => unit, NoCancel).ToEither())
            .Match(Right: _ => 0, Left: _ => 1))),
        ("export", (self, uri) => self.OpenAsync(uri, async open => (await Export.Run(
            self.Proving(open), 1, None, _ => unit, NoCancel).ToEither()).Match(Right: _ => 0, Left: _ => 1))),
        ("prove", (self, uri) => self.OpenAsync(uri, async open => (await Proofs.Inclusion(
            self.Proving(open), 4, NoCancel).ToEither()).Match(Right: _ => 0, Left: _ => 1))),
        ("rebuild", (self, uri) => self.OpenAsync(uri, async open => (await open.Care.Views.Rebuild(
            Seq<string>(), _ => { }, NoCancel).ToEither()).Match(Right: _ => 0, Left: _ => 1))),
        ("redact", (self, uri) => self.OpenAsync(uri, async open => (await Redact.Run(
            open, new RedactRequest(Seq1(4L), EventParts.Data, "a name"), () => TestLedger.Start, _ => { }, NoCancel).ToEither())
            .Match(Right: _ => 0, Left: _ => 1))),
    ];

    private ProofPorts Proving(OpenLedger open) => new(
        open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root), LedgerConfig.Empty,
        (_, _, _) => RightAsync<DomainError, Unit>(unit), () => TestLedger.Start);

    /// <summary>An error with a name on opening is an answer, too.</summary>
    private async Task<int> OpenAsync(LibpqUri uri, Func<OpenLedger, Task<int>> way)
    {
        var opened = await PostgresLedger.OpenServer(uri, SegmentFiles.None, TestLedger.NewOrigin(), _ => { }, NoCancel).ToEither();
        return await opened.MatchAsync(
            async open =>
            {
                try
                {
                    return await way(open);
                }
                finally
                {
                    await open.Care.Close();
                }
            },
            _ => 1);
    }

    private async Task<TestLedger> NewAsync()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync(ledger.Owner);
        await AddAsync(open, Root("theroot"));
        await AddAsync(open, One(Streams.Layer("a"), 0, Layer("a"), new LayerRemoved("a")));
        await AddAsync(open, One(Streams.Layer("b"), 0, Layer("b"), new LayerRemoved("b")));
        Must(await Redact.Run(
            open, new RedactRequest(Seq(2L, 3L), EventParts.Both, "a name"), () => TestLedger.Start, _ => { }, NoCancel).ToEither());
        await open.Care.Close();
        return ledger;
    }
}
