namespace EventDock.Tests.Adapters;

using System.IO;
using System.Text;
using EventDock.Adapters.Signing;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;
using EventDock.Engine;
using EventDock.Projections;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>What is redacted is nowhere in the database any more, and the ledger stands as it stood.</summary>
[Collection(LedgerTests.Name)]
public sealed class RedactionTests(LedgerFixture fixture) : IDisposable
{
    private const string Secret = "hunter2-and-more";

    /// <summary>Where the secret is: in the container's command, and in a path that it wrote.</summary>
    private const long InCommand = 2, InPath = 7;

    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private static readonly ContainerId Id = Container("secretive");
    private readonly string root = Directory.CreateTempSubdirectory("ed-redact-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task The_content_is_in_no_table_and_no_statistic_and_the_leaves_are_as_they_were()
    {
        var ledger = await NewAsync();
        await ledger.AskAsync("analyze");
        var leaves = await LeavesAsync(ledger);
        Assert.Contains("pg_stats", await HoldersAsync(ledger));
        Assert.Contains("eventdock.layer_paths", await HoldersAsync(ledger));
        Assert.Contains("eventdock.view_containers", await HoldersAsync(ledger));

        var done = await RedactAsync(ledger, EventParts.Data, InCommand, InPath);
        Assert.Equal([(InCommand, "data", Some(10L)), (InPath, "data", Some(11L))], Told(done));
        Assert.True(done.Anew);
        Assert.Empty(await HoldersAsync(ledger));
        Assert.Equal(leaves, (await LeavesAsync(ledger)).Take(leaves.Count));
        Assert.Equal(
            [[InCommand, null, 10L, true, false], [InPath, null, 11L, true, false]],
            await ledger.AskAsync(
                """
                select position, r.headers, r.data, s.data is null, s.headers is null
                from eventdock.redactions r join eventdock.salts s using (position) order by 1
                """));
        await SoundAsync(ledger);
    }

    [Fact]
    public async Task A_redaction_that_is_cut_off_before_the_views_are_folded_is_seen_by_verify_and_ended_by_the_same_command()
    {
        var ledger = await NewAsync();
        var open = await ledger.OpenAsync(ledger.Owner);
        var cut = open with
        {
            Care = open.Care with
            {
                Views = open.Care.Views with
                {
                    Rebuild = (_, _, _) => LeftAsync<DomainError, BuiltViews>(new DomainError.RebuildRunning()),
                },
            },
        };
        Assert.True((await RunAsync(cut, EventParts.Data, [InCommand, InPath]).ToEither()).IsLeft);
        await open.Care.Close();
        Assert.Contains("eventdock.view_containers", await HoldersAsync(ledger));
        Assert.Contains(await FindingsAsync(ledger, views: true), f => f is Finding.ViewDiffers { View: "containers" });

        await RedactAsync(ledger, EventParts.Data, InCommand, InPath);
        Assert.Empty(await HoldersAsync(ledger));
        await SoundAsync(ledger);
    }

    [Fact]
    public async Task No_file_of_the_database_holds_the_content_once_the_tables_are_written_anew()
    {
        if (fixture.Place is not { } place)
        {
            return;
        }

        var ledger = await NewAsync();
        var database = await ledger.AskOneAsync<uint>("select oid from pg_database where datname = current_database()");
        var files = Path.Combine(place.Data, "base", $"{database}");
        Assert.NotEmpty(await FilesAsync());
        await RedactAsync(ledger, EventParts.Data, InCommand, InPath);
        Assert.Empty(await FilesAsync());

        async Task<List<string>> FilesAsync()
        {
            await ledger.AskAsync("checkpoint");
            var bytes = Encoding.UTF8.GetBytes(Secret);
            return Directory.GetFiles(files).Where(file => File.ReadAllBytes(file).AsSpan().IndexOf(bytes) >= 0).ToList();
        }
    }

    [Fact]
    public async Task Headers_go_alone_and_the_others_of_their_command_are_named()
    {
        var ledger = await NewAsync();
        var done = await RedactAsync(ledger, EventParts.Headers, 3);
        Assert.Equal([(3L, "headers", Some(10L))], Told(done));
        Assert.Equal(new long[] { 1, 2, 4, 5, 6, 7, 8, 9 }, done.Alike.ToArray());
        Assert.Equal([[-1, null, "[]"]], await ledger.AskAsync(
            """
            select (headers->'Actor'->>'Uid')::int, headers->'Actor'->>'Terminal', headers->>'Line'
            from eventdock.mt_events where seq_id = 3
            """));
        Assert.Equal([[true, null, null, null, 10L, null]], await ledger.AskAsync(
            """
            select occurred is not null, actor_uid, actor_name, command_line, headers_redacted, data_redacted
            from audit.events where position = 3
            """));
        await SoundAsync(ledger);

        // Both are asked for, and one is left.
        Assert.Equal([(3L, "data", Some(11L))], Told(await RedactAsync(ledger, EventParts.Both, 3)));
        Assert.Equal([(3L, "", Option<long>.None)], Told(await RedactAsync(ledger, EventParts.Both, 3)));
        await SoundAsync(ledger);
    }

    [Fact]
    public async Task Proofs_from_before_hold_and_new_ones_are_of_the_same_line()
    {
        var ledger = await NewAsync();
        var open = await ledger.OpenAsync(ledger.Owner);
        var ports = new ProofPorts(
            open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root), LedgerConfig.Empty,
            (_, _, _) => RightAsync<DomainError, Unit>(unit), () => DateTimeOffset.UtcNow);
        var before = Must(await Proofs.Inclusion(ports, InCommand, NoCancel).ToEither());
        await RedactAsync(ledger, EventParts.Both, InCommand);
        Must(before.Holds("before"));
        var after = Must(await Proofs.Inclusion(ports, InCommand, NoCancel).ToEither());
        Assert.Equal(before.Line, after.Line);
        var consistent = await Proofs.Consistency(ports, new ProofEnd(9, Some(before.Signed)), None, NoCancel).ToEither();
        Assert.Equal(9L, Must(consistent).OldSize);
        await open.Care.Close();
    }

    [Fact]
    public async Task The_log_says_what_is_gone_and_the_stream_goes_on_behind_it()
    {
        var ledger = await NewAsync();
        await RedactAsync(ledger, EventParts.Data, InPath);
        var open = await ledger.OpenAsync();
        var log = new Dictionary<long, Recorded<DockEvent>>();
        Must(await open.Log.Read(
            new LogQuery(Seq<string>(), Seq<string>(), Seq<string>(), null, null, null, null, null),
            e =>
            {
                log[e.Position] = e;
                return unit;
            },
            NoCancel).ToEither());
        Assert.Equal("LayerWritten", EventCodec.NameOf(log[InPath].Event));
        Assert.Equal(new Redaction(null, 10, "a password", TestLedger.NewOrigin().Actor), log[InPath].Redaction);
        Assert.Null(log[6].Redaction);

        var past = Must(await open.Store.Past(Streams.Layer(Id.Value), NoCancel).ToEither());
        Assert.Equal((2, 3L), (past.Events.Count, past.Version));
        var life = await open.Store.Handle(
            LayerDecider.Decider, Streams.Layer(Id.Value), new RemoveLayer(Id.Value), LedgerFacts.Start, NoCancel).ToEither();
        Assert.IsType<LayerState.Removed>(Must(life));
        await open.Care.Close();
    }

    [Fact]
    public async Task What_is_still_there_keeps_the_data_it_rests_on()
    {
        var ledger = await NewAsync();
        var other = Container("other");
        var open = await ledger.OpenAsync();
        var created = One(Streams.Container(other.Value), 0, Created(other, "other", Hex("image")));
        Must(await open.Store.Append(created, NoCancel).ToEither());
        await open.Care.Close();
        Assert.Equal(new DomainError.StillNeeded(10, "containers", other.Value), await RefusedAsync(ledger, EventParts.Both, 10));
        Assert.Equal(new DomainError.StillNeeded(1, "root", "root"), await RefusedAsync(ledger, EventParts.Data, 1));
        Assert.Equal(new DomainError.NoSuchPosition(11, 10), await RefusedAsync(ledger, EventParts.Data, 11));
        await RedactAsync(ledger, EventParts.Headers, 10);
        Assert.Equal(new DomainError.RedactionStays(11), await RefusedAsync(ledger, EventParts.Data, 11));
        await RedactAsync(ledger, EventParts.Headers, 11);
        Assert.Equal(12L, await ledger.AskOneAsync<long>("select position from eventdock.head"));
        await SoundAsync(ledger);
    }

    [Fact]
    public async Task A_half_built_view_is_begun_anew()
    {
        var ledger = await NewAsync();
        await ledger.AskAsync(
            """
            set role eventdock_engine;
            select eventdock.make_view_table('eventdock_fresh', 'containers');
            create table eventdock_fresh.open_containers (key text collate "C" primary key, valid_from bigint not null, row jsonb not null);
            insert into eventdock_fresh.view_containers select * from eventdock.view_containers;
            insert into eventdock.view_builds (name, version, position, indexed) values ('containers', 1, 9, false);
            """.Replace("set role eventdock_engine;", fixture.Place is null ? "" : "set role eventdock_engine;", StringComparison.Ordinal));
        await RedactAsync(ledger, EventParts.Data, InCommand, InPath);
        Assert.Empty(await HoldersAsync(ledger));
        await SoundAsync(ledger);
    }

    [Fact]
    public async Task One_that_was_called_off_halfway_is_ended_by_the_next()
    {
        var ledger = await NewAsync();
        var open = await ledger.OpenAsync(ledger.Owner);
        using var called = new CancellationTokenSource();
        var request = new RedactRequest(Seq(InCommand, InPath), EventParts.Data, "a password");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Redact.Run(open, request, () => LedgerFacts.Start, _ => called.Cancel(), called.Token).ToEither());
        await open.Care.Close();
        Assert.Contains("eventdock.view_containers", await HoldersAsync(ledger));

        Assert.Equal(
            [(InCommand, "", Option<long>.None), (InPath, "", Option<long>.None)],
            Told(await RedactAsync(ledger, EventParts.Data, InCommand, InPath)));
        Assert.Empty(await HoldersAsync(ledger));
        await SoundAsync(ledger);
    }

    [Fact]
    public async Task Others_append_meanwhile_and_two_who_redact_the_same_tell_of_it_once()
    {
        var ledger = await NewAsync();
        var writers = Enumerable.Range(0, 4).Select(async writer =>
        {
            var open = await ledger.OpenAsync();
            for (var i = 0; i < 50; i++)
            {
                Must(await open.Store.Append(One(Streams.Layer($"{writer}-{i}"), 0, Layer($"{writer}-{i}")), NoCancel).ToEither());
            }

            await open.Care.Close();
        }).ToList();
        await Task.WhenAll(
            UntilDoneAsync(EventParts.Headers, 3, InPath), UntilDoneAsync(EventParts.Headers, InPath, 3),
            UntilDoneAsync(EventParts.Data, InCommand, InPath));
        await Task.WhenAll(writers);
        Assert.Equal(9 + 200 + 4L, await ledger.AskOneAsync<long>("select position from eventdock.head"));
        Assert.Empty(await HoldersAsync(ledger));
        await SoundAsync(ledger);

        // A loser that had to wait for tables that are written anew has no time left to decide again: it is told to try again.
        async Task UntilDoneAsync(EventParts parts, params long[] positions)
        {
            var open = await ledger.OpenAsync(ledger.Owner);
            var done = await RunAsync(open, parts, positions).ToEither();
            for (var again = 0; again < 10 && done.Match(Right: _ => false, Left: e => e is DomainError.Conflict); again++)
            {
                done = await RunAsync(open, parts, positions).ToEither();
            }

            Must(done);
            await open.Care.Close();
        }
    }

    [Fact]
    public async Task A_strangers_event_is_no_event_to_redact_and_in_nobodys_way()
    {
        var ledger = await NewAsync();
        await ledger.AskAsync(
            """
            insert into eventdock.mt_streams (id, version) values ('order-1', 1);
            insert into eventdock.mt_events (seq_id, id, stream_id, version, data, type, is_archived)
                values (10, gen_random_uuid(), 'order-1', 1, '{}', 'order_placed', false);
            """);
        // 10 is theirs, 11 says so.
        Assert.Equal([(InPath, "data", Some(12L))], Told(await RedactAsync(ledger, EventParts.Data, InPath)));
        Assert.IsType<DomainError.NoSuchPosition>(await RefusedAsync(ledger, EventParts.Data, 10));
        await SoundAsync(ledger);
    }

    [Fact]
    public async Task Tables_that_somebody_is_reading_are_not_written_anew_and_the_rows_go_all_the_same()
    {
        var ledger = await NewAsync();
        await using var source = NpgsqlDataSource.Create(ConnectionString(ledger.Owner));
        await using var reader = await source.OpenConnectionAsync();
        await using var transaction = await reader.BeginTransactionAsync();
        await using var look = new NpgsqlCommand("select count(*) from eventdock.mt_events", reader);
        await look.ExecuteScalarAsync();
        Assert.False((await RedactAsync(ledger, EventParts.Data, InCommand, InPath)).Anew);
        Assert.Empty(await HoldersAsync(ledger));
        await SoundAsync(ledger);
    }

    [Fact]
    public async Task The_engines_role_can_redact_nothing()
    {
        if (fixture.Place is null)
        {
            return;
        }

        var ledger = await NewAsync();
        var open = await ledger.OpenAsync();
        Assert.IsType<DomainError.LedgerUnreachable>((await RunAsync(open, EventParts.Data, InPath).ToEither()).IfRight(() => throw new InvalidOperationException()));
        Assert.Equal(9L, await ledger.AskOneAsync<long>("select position from eventdock.head"));
        await open.Care.Close();
        await SoundAsync(ledger);
    }

    [Theory]
    [InlineData("update eventdock.salts set data = null where position = 5", "Edited 5")]
    [InlineData("update eventdock.salts set headers = null where position = 7", "ColumnChanged 7", "Edited 7")]
    [InlineData("update eventdock.salts set data = '\\x00' where position = 7", "ColumnChanged 7", "Edited 7")]
    [InlineData("update eventdock.mt_events set data = '{\"Id\":\"x\"}' where seq_id = 7", "Edited 7")]
    [InlineData("update eventdock.mt_events set type = 'layer_removed' where seq_id = 7", "ColumnChanged 7", "Edited 7")]
    [InlineData("update eventdock.mt_events set headers = headers || '{\"Line\":[\"x\"]}' where seq_id = 3", "Edited 3")]
    [InlineData("update eventdock.mt_events set headers = headers || '{\"Occurred\":\"2026-01-02T03:04:05.000000Z\"}' where seq_id = 3", "ColumnChanged 3", "Edited 3")]
    [InlineData("insert into eventdock.redactions (position, data) values (5, 10)", "ColumnChanged 5")]
    [InlineData("delete from eventdock.redactions where position = 7", "ColumnChanged 7")]
    [InlineData("update eventdock.redactions set headers = 10 where position = 7", "ColumnChanged 7")]
    public async Task What_only_looks_like_a_redaction_is_found(string change, params string[] expected)
    {
        var ledger = await NewAsync();
        await RedactAsync(ledger, EventParts.Data, InPath);
        await RedactAsync(ledger, EventParts.Headers, 3);
        await SoundAsync(ledger);
        await ledger.AskAsync(change);
        Assert.Equal(expected, (await FindingsAsync(ledger)).Map(f => $"{f.Verdict} {f.Position}").Distinct().Order());
    }

    /// <summary>A container that has come and gone: positions 1 to 9, the views of which show nothing but the root.</summary>
    private async Task<TestLedger> NewAsync()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var (container, layer) = (Streams.Container(Id.Value), Streams.Layer(Id.Value));
        var created = Created(Id, "one", Hex("image"));
        foreach (var append in new[]
                 {
                     One(Streams.Root, 0, new RootInitialized("theroot", "host", "boot", "1")),
                     One(container, 0, created with { Settings = created.Settings with { Command = Seq("login", Secret) } }, new ContainerStartRequested(Id)),
                     One(layer, 0, new LayerCreated(Id.Value, Id.Value, null, null, null, 0)),
                     One(container, 2, new ContainerStarted(Id, 7, 99, "boot"), new ContainerExited(Id, 0, false)),
                     One(layer, 1, new LayerWritten(
                         Id.Value, "exit", 1, 0, 0, 3, null, Seq1(new PathChange("A", $"/{Secret}", false, "file", 3, null, null)), null)),
                     One(container, 4, new ContainerRemoved(Id)),
                     One(layer, 2, new LayerRemoved(Id.Value)),
                 })
        {
            Must(await open.Store.Append(append, NoCancel).ToEither());
        }

        await open.Care.Close();
        return ledger;
    }

    private static EitherAsync<DomainError, Redactions> RunAsync(OpenLedger open, EventParts parts, params long[] positions) =>
        Redact.Run(open, new RedactRequest(positions.ToSeq(), parts, "a password"), () => LedgerFacts.Start, _ => { }, NoCancel);

    /// <summary>As another command than the one that has recorded the events.</summary>
    private static async Task<Redactions> RedactAsync(TestLedger ledger, EventParts parts, params long[] positions)
    {
        var open = await ledger.OpenAsync(ledger.Owner);
        var done = Must(await RunAsync(open, parts, positions).ToEither());
        await open.Care.Close();
        return done;
    }

    private static async Task<DomainError> RefusedAsync(TestLedger ledger, EventParts parts, params long[] positions)
    {
        var open = await ledger.OpenAsync(ledger.Owner);
        var refused = await RunAsync(open, parts, positions).ToEither();
        await open.Care.Close();
        return refused.Match(Right: done => throw new InvalidOperationException($"not refused: {done}"), Left: error => error);
    }

    private static IEnumerable<(long, string, Option<long>)> Told(Redactions done) =>
        done.Events.Map(e => (e.Position, string.Join(' ', e.Parts), e.At));

    private static async Task<List<string>> LeavesAsync(TestLedger ledger) =>
        (await ledger.AskAsync("select line || encode(hash, 'hex') || encode(chain, 'hex') from eventdock.leaves order by position"))
        .Select(row => (string)row[0]!).ToList();

    /// <summary>Tables and views in which the secret stands, as text or as bytes.</summary>
    private static async Task<List<string>> HoldersAsync(TestLedger ledger)
    {
        var holders = new List<string>();
        var tables = await ledger.AskAsync(
            "select schemaname || '.' || tablename from pg_tables where schemaname in ('eventdock', 'eventdock_fresh', 'eventdock_old') union all select 'pg_stats'");
        foreach (var table in tables.Select(row => (string)row[0]!))
        {
            var hex = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret));
            if (await ledger.AskOneAsync<bool>($"select exists (select from {table} t where t::text like '%{Secret}%' or t::text like '%{hex}%')"))
            {
                holders.Add(table);
            }
        }

        return holders;
    }

    /// <summary>Nothing is found, in chain and tree and in the views.</summary>
    private async Task SoundAsync(TestLedger ledger) => Assert.Empty(await FindingsAsync(ledger, views: true));

    private async Task<Seq<Finding>> FindingsAsync(TestLedger ledger, bool views = false)
    {
        var open = await ledger.OpenAsync(ledger.Owner);
        var ports = new VerifyPorts(open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root), 0, null);
        var verified = Must(await VerifyLedger.Run(ports, new VerifyRequest(1, None, None, None, views), _ => { }, NoCancel).ToEither());
        await open.Care.Close();
        Assert.True(verified.Unfolded.IsNone);
        return verified.Findings;
    }
}
