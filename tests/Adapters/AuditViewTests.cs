namespace EventDock.Tests.Adapters;

using System.IO;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>The views of the schema audit: what docs/audit-views.md says of them, and that they show what is there.</summary>
[Collection(LedgerTests.Name)]
public sealed partial class AuditViewTests(LedgerFixture fixture)
{
    [Fact]
    public async Task The_page_names_every_view_and_column_with_its_type_in_order_and_no_other()
    {
        var ledger = await fixture.NewAsync();
        var there = await ledger.AskAsync(
            """
            select c.table_name, string_agg(
                c.column_name || ' ' || format_type(a.atttypid, null), E'\n' order by c.ordinal_position)
            from information_schema.columns c
            join pg_attribute a on a.attrelid = ('audit.' || c.table_name)::regclass and a.attname = c.column_name
            where c.table_schema = 'audit' group by 1 order by 1
            """);
        var page = File.ReadAllText(Page());
        var told = Section().Matches(page)
            .Select(m => (Name: m.Groups[1].Value, Columns: string.Join('\n', Row().Matches(m.Groups[2].Value).Select(r => $"{r.Groups[1].Value} {r.Groups[2].Value}"))))
            .OrderBy(s => s.Name, StringComparer.Ordinal);
        Assert.Equal(there.Select(r => ((string)r[0]!, (string)r[1]!)), told);
    }

    [Fact]
    public async Task A_containers_states_and_the_events_that_made_them_are_all_there_and_outlive_a_rebuild()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var id = LedgerFacts.Container("one");
        await Append(open, 0, LedgerFacts.Created(id, "one", LedgerFacts.Hex("image")));
        await Append(open, 1, new ContainerStartRequested(id), new ContainerStarted(id, 7, 99, "boot"));
        await Append(open, 3, new ContainerExited(id, 3, false));
        var before = await States(ledger);
        Assert.Equal(["created", "starting", "running", "exited"], before.Select(r => (string)r[0]!));
        Assert.Equal(
            await ledger.AskOneAsync<long>("select count(*) from eventdock.mt_events"),
            await ledger.AskOneAsync<long>("select count(*) from audit.events where occurred is not null and leaf_hash is not null and actor_uid = 0 and actor_name = 'root'"));
        Assert.Equal(
            await ledger.AskOneAsync<long>("select position from eventdock.head"),
            await ledger.AskOneAsync<long>("select max(position) from audit.events"));
        LedgerFixture.Must(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, CancellationToken.None).ToEither());
        Assert.Equal(before, await States(ledger));
        Assert.Equal(1L, await ledger.AskOneAsync<long>("select count(*) from audit.containers where recorded_from is not null and state = 'exited'"));
        await open.Care.Close();

        async Task Append(OpenLedger to, long expected, params DockEvent[] events) => LedgerFixture.Must(
            await to.Store.Append(LedgerFacts.One(Streams.Container(id.Value), expected, events), CancellationToken.None).ToEither());

        static Task<List<object?[]>> States(TestLedger ledger) =>
            ledger.AskAsync("select state, valid_from, valid_to, recorded_from, recorded_to from audit.containers_history order by valid_from");
    }

    [Fact]
    public async Task An_event_that_another_program_appended_is_shown_with_what_it_has()
    {
        var ledger = await fixture.NewAsync();
        await ledger.AskAsync(
            """
            insert into eventdock.mt_streams (id, version) values ('theirs', 1);
            insert into eventdock.mt_events (seq_id, id, stream_id, version, data, type, headers)
            values (1, gen_random_uuid(), 'theirs', 1, '{}', 'their_event', '{"Occurred": "some day", "Actor": {"Uid": "me"}, "Line": 1}')
            """);
        var row = Assert.Single(await ledger.AskAsync("select position, type, occurred, actor_uid, command_line, leaf_hash from audit.events"));
        Assert.Equal([1L, "TheirEvent", null, null, null, null], row);
    }

    [Fact]
    public async Task A_question_about_one_container_is_answered_by_an_index_whatever_stands_between()
    {
        var ledger = await fixture.NewAsync();
        var plan = await ledger.AskAsync("set enable_seqscan = off; explain select state from audit.containers where id = 'x'");
        Assert.Contains(plan, r => ((string)r[0]!).Contains("view_containers_", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, r => ((string)r[0]!).Contains("Function Scan", StringComparison.Ordinal));
    }

    private static string Page([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../docs/audit-views.md");

    [GeneratedRegex(@"^### audit\.(\w+)\n(.*?)(?=^##|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^\| `(\w+)` \| ([^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
