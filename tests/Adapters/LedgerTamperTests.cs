namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Postgres;
using EventDock.Adapters.Signing;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;
using EventDock.Engine;
using EventDock.Projections;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>
/// What verify makes of a ledger that somebody with all rights has changed. EVENTDOCK_TAMPERINGS says how many changes are
/// tried (60): every kind once, then kinds and positions by chance, from a seed that a failure tells.
/// </summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerTamperTests(LedgerFixture fixture) : IDisposable
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string root = Directory.CreateTempSubdirectory("ed-tamper-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Every_single_change_is_found_and_called_by_its_name()
    {
        var count = Environment.GetEnvironmentVariable("EVENTDOCK_TAMPERINGS") is { Length: > 0 } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : 60;
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var ledger = await FilledAsync(seed);
        var open = await ledger.OpenAsync(ledger.Owner);
        var last = open.Head;
        var clean = await VerifiedAsync(open);
        Assert.Empty(clean.Findings);
        Assert.Equal((1L, last, 0L), (clean.From, clean.To, clean.Missing));
        await open.Care.Close();

        for (var n = 0; n < count; n++)
        {
            var tampering = Tamperings.All[n < Tamperings.All.Length ? n : random.Next(Tamperings.All.Length)];
            var position = random.NextInt64(2, last + 1);
            await using var copy = await CopyAsync(ledger);
            var what = $"seed {seed}: {tampering.Name}, position {position} of {last}";
            await copy.Ledger.AskAsync(tampering.Sql(position, last));
            var changed = await copy.Ledger.OpenAsync(ledger.Owner with { Database = copy.Ledger.Owner.Database });
            var found = (await VerifiedAsync(changed)).Findings;
            await changed.Care.Close();
            Assert.True(found.Count > 0, what + ": nothing was found");
            Assert.True(
                found.Map(f => f.Verdict).Max() == tampering.Verdict,
                $"{what}: {string.Join("; ", found.Map(f => f.ToString()))}");
            Assert.True(tampering.Verdict is not (Verdict.Edited or Verdict.Reordered)
                || found.Exists(f => f.Position == position && f.Verdict == tampering.Verdict), $"{what}: {found}");
        }
    }

    [Fact]
    public async Task A_part_of_the_ledger_is_verified_by_itself_and_only_what_stands_in_it_is_told()
    {
        var ledger = await FilledAsync(7);
        await ledger.AskAsync("update eventdock.mt_events set user_name = 'x' where seq_id = 5; update eventdock.mt_events set data = '{}' where seq_id = 20");
        var open = await ledger.OpenAsync(ledger.Owner);
        Assert.Equal([(Verdict.ColumnChanged, 5L), (Verdict.Edited, 20L)], await InAsync(1, 20));
        Assert.Equal([(Verdict.Edited, 20L)], await InAsync(6, 25));
        Assert.Empty(await InAsync(6, 19));
        Assert.Empty(await InAsync(21, null));
        Assert.IsType<DomainError.NoSuchPosition>(Left(await VerifyLedger.Run(
            await PortsAsync(open), new VerifyRequest(1, open.Head + 1, None, None, false), _ => { }, NoCancel).ToEither()));
        await open.Care.Close();

        async Task<(Verdict, long)[]> InAsync(long from, long? to) => Must(await VerifyLedger.Run(
            await PortsAsync(open), new VerifyRequest(from, Optional(to), None, None, false), _ => { }, NoCancel).ToEither())
            .Findings.Map(f => (f.Verdict, f.Position)).ToArray();
    }

    [Fact]
    public async Task A_view_that_somebody_has_changed_differs_from_its_fold()
    {
        var ledger = await FilledAsync(11);
        await ledger.AskAsync("update eventdock.view_layers set row = jsonb_set(row, '{Size}', '\"7\"') where key = (select min(key) from eventdock.view_layers)");
        var open = await ledger.OpenAsync(ledger.Owner);
        var found = Must(await VerifyLedger.Run(
            await PortsAsync(open), new VerifyRequest(1, None, None, None, Views: true), _ => { }, NoCancel).ToEither()).Findings;
        Assert.NotEmpty(found);
        Assert.All(found, f => Assert.Equal("layers", Assert.IsType<Finding.ViewDiffers>(f).View));
        await open.Care.Close();
    }

    [Fact]
    public async Task A_foreign_event_that_has_been_recorded_is_no_finding_and_the_proofs_go_on_behind_it()
    {
        var ledger = await FilledAsync(13);
        var open = await ledger.OpenAsync(ledger.Owner);
        await ledger.AskAsync(Tamperings.All.Single(t => t.Name == "a stranger behind the head").Sql(0, open.Head));
        Assert.Equal(Verdict.Stranger, Assert.Single((await VerifiedAsync(open)).Findings).Verdict);
        Must(await open.Store.Append(One(Streams.Layer("behind"), 0, Layer("behind")), NoCancel).ToEither());
        var verified = await VerifiedAsync(open);
        Assert.Empty(verified.Findings);
        Assert.Equal((1L, open.Head + 3), (verified.Strangers, verified.To));

        var ports = ProofPorts(open);
        var proof = Must(await Proofs.Inclusion(ports, open.Head + 3, NoCancel).ToEither());
        Assert.Equal(open.Head + 1, proof.Index);
        Assert.Equal(open.Head + 2, proof.Signed.Checkpoint.Size);
        Assert.IsType<DomainError.NoSuchPosition>(Left(await Proofs.Inclusion(ports, open.Head + 1, NoCancel).ToEither()));
        Assert.Empty((await VerifiedAsync(open)).Findings);
        await open.Care.Close();
    }

    private async Task<TestLedger> FilledAsync(int seed)
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        Must(await open.Store.Append(One(Streams.Root, 0, new RootInitialized("theroot", "host", "boot", "1")), NoCancel).ToEither());
        var random = new Random(seed);
        foreach (var append in History(Enumerable.Range(0, 40).Select(_ => random.Next())))
        {
            Must(await open.Store.Append(append, NoCancel).ToEither());
        }

        await open.Care.Close();
        var signing = await ledger.OpenAsync(ledger.Owner);
        Must(await Checkpoints.Make(ProofPorts(signing), true, NoCancel).ToEither());
        await signing.Care.Close();
        return ledger;
    }

    private ProofPorts ProofPorts(OpenLedger open) => new(
        open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root), LedgerConfig.Empty,
        (_, _, _) => RightAsync<DomainError, Unit>(unit), () => TestLedger.Start);

    private Task<VerifyPorts> PortsAsync(OpenLedger open) => Task.FromResult(new VerifyPorts(
        open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root), 0, "theroot"));

    private async Task<Verified> VerifiedAsync(OpenLedger open) => Must(await VerifyLedger.Run(
        await PortsAsync(open), new VerifyRequest(1, None, None, None, false), _ => { }, NoCancel).ToEither());

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new InvalidOperationException($"{r}"), Left: e => e);

    /// <summary>A database made from the ledger's, gone with the end of its trial.</summary>
    internal static async Task<Copy> CopyAsync(TestLedger ledger)
    {
        NpgsqlConnection.ClearAllPools();
        var name = $"tampered_{Guid.NewGuid():N}";
        var server = ledger.Owner with { Database = "postgres" };
        await new TestLedger(server, server).AskAsync($"create database {name} template {ledger.Owner.Database}");
        return new Copy(new TestLedger(ledger.Owner with { Database = name }, ledger.Engine with { Database = name }), server);
    }

    internal sealed record Copy(TestLedger Ledger, LibpqUri Server) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            NpgsqlConnection.ClearAllPools();
            await new TestLedger(Server, Server).AskAsync($"drop database {Ledger.Owner.Database} with (force)");
        }
    }
}
