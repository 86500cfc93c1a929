namespace EventDock.Tests.Adapters;

using EventDock.Adapters.Postgres;
using EventDock.Adapters.Signing;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using EventDock.Projections;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>
/// Ledgers as earlier versions have written them, stored as backups, one for each version of the schema that was shipped: this
/// program takes them over with everything in them, running containers included.
/// </summary>
public sealed class StoredLedgerTests(StoredLedgers stored) : IClassFixture<StoredLedgers>
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;

    public static TheoryData<int> Versions => new(StoredLedgers.Versions);

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_ledger_of_an_earlier_schema_is_migrated_with_all_that_is_in_it(int version)
    {
        var head = await stored.RestoreAsync(version);
        Assert.Equal(version, await stored.AskAsync<int>("select max(version) from eventdock.migrations"));
        var leaves = await stored.AskAsync<string>(Leaves);

        var open = await stored.OpenAsync(version);
        Assert.Equal(Migrations.Newest, await stored.AskAsync<int>("select max(version) from eventdock.migrations"));
        var catalog = await stored.CatalogAsync();
        Assert.Equal("", string.Join('\n', Catalog.Differences(stored.Fresh, catalog)));
        Assert.Equal(leaves, await stored.AskAsync<string>(Leaves));
        await HoldsWhatItHeldAsync(open, version);

        // What the tree was is what the key of that time has signed.
        var signed = Must(await open.Tree.All(NoCancel).ToEither());
        Assert.Equal(StoredLedgers.Key(version).IsSome, !signed.IsEmpty);
        StoredLedgers.Key(version).IfSome(key => Assert.All(signed, c => Must(c.SignedBy(key, SigningAdapter.Check, "stored"))));
        var verified = await VerifyAsync(open, version, head);
        Assert.Equal((0, head, Option<DomainError>.None), (verified.Findings.Count, verified.To, verified.Unfolded));

        var rows = await stored.AskAsync<string>(Rows);
        Must(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        Assert.Equal((leaves, rows), (await stored.AskAsync<string>(Leaves), await stored.AskAsync<string>(Rows)));
        Assert.Equal("", string.Join('\n', Catalog.Differences(catalog, await stored.CatalogAsync())));

        var next = Must(await open.Store.Append(LedgerFacts.Image(LedgerFacts.Hex("next"), LedgerFacts.Hex("layer")), NoCancel).ToEither());
        Assert.Equal(head + 1, next.First);
        Assert.Empty((await VerifyAsync(open, version, next.Last)).Findings);
        await open.Care.Close();
    }

    [Fact]
    public async Task The_comparison_with_a_new_ledger_sees_whatever_of_its_tables_is_otherwise()
    {
        await stored.RestoreAsync(StoredLedgers.Versions[0]);
        await (await stored.OpenAsync()).Care.Close();
        var before = Catalog.Differences(stored.Fresh, await stored.CatalogAsync());
        foreach (var change in new[]
                 {
                     "create index stray on eventdock.leaves (recorded)",
                     "alter table eventdock.head alter column position set default 7",
                     "grant delete on eventdock.mt_streams to eventdock_engine",
                     "alter table eventdock.appends owner to eventdock_engine",
                     "alter table eventdock.salts add column stray int",
                     "alter table eventdock.segments add constraint stray check (first > 0)",
                     "create or replace function eventdock.grant_audit() returns void language sql as 'select'",
                 })
        {
            await stored.ExecuteAsync(change);
            var after = Catalog.Differences(stored.Fresh, await stored.CatalogAsync());
            Assert.True(after.Length > before.Length, change);
            before = after;
        }
    }

    [Fact]
    public async Task A_ledger_comes_back_with_every_roles_rights()
    {
        await stored.RestoreAsync(4);
        await ReopenAsync();
        var file = Must(await stored.Copies.Backup(stored.Directory, NoCancel).ToEither()).File;
        var rights = await stored.AskAsync<string>(Rights);
        Assert.Contains("eventdock_audit=r/eventdock_engine", rights, StringComparison.Ordinal);

        Must(await stored.Copies.Restore(file, true, NoCancel).ToEither());
        Assert.Equal(rights, await stored.AskAsync<string>(Rights));
        await ReopenAsync();
    }

    [Fact]
    public async Task A_backup_whose_owner_is_no_role_here_is_refused_and_nothing_is_done()
    {
        await stored.RestoreAsync(4);
        var before = await stored.AskAsync<string>(Leaves);
        var other = Must(LibpqUri.Parse(stored.Cluster.Url)) with { Database = "other" };
        await stored.ExecuteAsync("create role administrator", "create database other");
        Must(await PostgresCopies.OfServer(other).Restore(StoredLedgers.Dump(4), false, NoCancel).ToEither());
        await using (var source = NpgsqlDataSource.Create(ConnectionString(other)))
        await using (var given = source.CreateCommand("alter table eventdock.head owner to administrator"))
        {
            await given.ExecuteNonQueryAsync();
        }

        var file = Must(await PostgresCopies.OfServer(other).Backup(stored.Directory, NoCancel).ToEither()).File;
        await stored.ExecuteAsync("drop database other with (force)", "drop role administrator");
        var error = (await stored.Copies.Restore(file, true, NoCancel).ToEither())
            .Match(Right: _ => throw new InvalidOperationException("it was restored"), Left: e => e);
        Assert.Equal(new DomainError.CopyFailed("psql", "role \"administrator\" does not exist"), error);
        Assert.Equal(before, await stored.AskAsync<string>(Leaves));
    }

    private const string Leaves =
        "select count(*) || md5(string_agg(line || encode(hash, 'hex'), ',' order by position)) from eventdock.leaves";

    /// <summary>Of every view, whatever table it stands in.</summary>
    private static readonly string Rows = "select concat_ws(' ', " + string.Join(", ", AllViews.Projections.Map(v =>
        "(select count(*) || md5(string_agg(key || valid_from || coalesce(valid_to, 0) || row::text, ',' order by key, valid_from)) "
            + $"from eventdock.view_{v.Name})")) + ")";

    private const string Rights =
        """
        select string_agg(
            n.nspname || '.' || c.relname || ' ' || c.relowner::regrole || ' '
                || (select coalesce(string_agg(a, ' ' order by a), '') from unnest(c.relacl::text[]) a),
            E'\n' order by n.nspname, c.relname)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('eventdock', 'eventdock_fresh', 'audit') and c.relkind in ('r', 'v', 'S')
        """;

    /// <summary>What a stored ledger must hold, and since which version it can.</summary>
    private static readonly (string Type, int Since)[] Held =
    [
        ("ImageImported", 1), ("ImageBuilt", 1), ("ImageTagged", 1), ("ImageUntagged", 1), ("BuildStepCompleted", 1),
        ("ContainerStarted", 1), ("ContainerStartFailed", 1), ("ContainerExited", 1), ("ContainerRemoved", 1), ("ExecExited", 1),
        ("LayerWritten", 1), ("LayerRemoved", 1), ("CommandRefused", 1),
        ("ForeignEventFound", 7), ("Redacted", 11), ("SegmentSealed", 12), ("SegmentDropped", 12),
    ];

    private async Task HoldsWhatItHeldAsync(OpenLedger open, int version)
    {
        var running = Assert.Single(Must(await open.Views.ContainersUnended(NoCancel).ToEither()));
        Assert.Equal(("running", ContainerRow.Running), (running.Name, running.State));
        Assert.True(Must(await open.Views.Containers.All(None, NoCancel).ToEither()).Count > 3);

        var types = new List<string>();
        Must(await open.Log.Read(
            new LogQuery(Seq<string>(), Seq<string>(), Seq<string>(), null, null, null, null, null),
            recorded => { types.Add(EventCodec.NameOf(recorded.Event)); return unit; }, NoCancel).ToEither());
        Assert.Empty(Held.Where(h => h.Since <= version).Select(h => h.Type).Except(types));
        Assert.Equal(await stored.AskAsync<long>("select count(*) from eventdock.leaves"), types.Count);
    }

    private async Task<Verified> VerifyAsync(OpenLedger open, int version, long seen)
    {
        var key = StoredLedgers.Key(version);
        var signer = new NoteSigner(
            (_, _) => key.ToEither<DomainError>(() => new DomainError.NotSupported("a key")).ToAsync(),
            (_, _) => LeftAsync<DomainError, byte[]>(new DomainError.NotSupported("signing")),
            SigningAdapter.Check);
        var root = key.IsSome ? open.Root.Match(Some: r => r.RootId, None: () => "") : null;
        return Must(await VerifyLedger.Run(
            new VerifyPorts(open, signer, CheckpointFilesAdapter.Create(stored.Disk(version)), seen, root),
            new VerifyRequest(1, None, None, None, Views: true), _ => { }, NoCancel).ToEither());
    }

    private async Task ReopenAsync()
    {
        var open = await stored.OpenAsync();
        var image = LedgerFacts.Image(LedgerFacts.Hex(Guid.NewGuid().ToString()), LedgerFacts.Hex(Guid.NewGuid().ToString()));
        Must(await open.Store.Append(image, NoCancel).ToEither());
        await open.Care.Close();
    }
}
