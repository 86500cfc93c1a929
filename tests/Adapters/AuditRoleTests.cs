namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>A private cluster with one event in it.</summary>
public sealed class AuditCluster : IAsyncLifetime
{
    private readonly string directory;

    public AuditCluster()
    {
        (directory, Place) = NewPlace();
        Cluster = PrivateCluster.Create(Place);
    }

    public ClusterPlace Place { get; }

    public Cluster Cluster { get; }

    public async Task InitializeAsync()
    {
        var open = Must(await PostgresLedger.OpenPrivate(Place, TestLedger.NewOrigin(), CancellationToken.None).ToEither());
        Must(await open.Store.Append(LedgerFacts.Root("r"), CancellationToken.None).ToEither());
        await open.Care.Close();
    }

    public async Task DisposeAsync()
    {
        Must(await Cluster.Stop(CancellationToken.None).ToEither());
        Directory.Delete(directory, recursive: true);
    }
}

/// <summary>The audit role of a private cluster, tried as a member of the group and as a stranger: both user nobody.</summary>
public sealed class AuditRoleTests(AuditCluster made) : IClassFixture<AuditCluster>
{
    private const string Nobody = "65534";
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly ClusterPlace place = made.Place;
    private readonly Cluster cluster = made.Cluster;

    private static string Group { get; } =
        File.ReadLines("/etc/group").Single(l => l.StartsWith("eventdock-audit:", StringComparison.Ordinal)).Split(':')[2];

    private string Url => Must(cluster.UrlAs(LedgerRole.Audit));

    [Fact]
    public void A_member_of_the_group_reads_every_view()
    {
        Assert.Equal("eventdock_audit|RootInitialized", Member(Url, "select current_user, type from audit.events"));
        var views = Ask(cluster.Url, "select table_name from information_schema.views where table_schema = 'audit'").Split('\n');
        Assert.Equal(10, views.Length);
        Assert.All(views, view => Member(Url, $"select count(*) from audit.{view}"));
    }

    [Fact]
    public void A_stranger_does_not_reach_the_socket()
    {
        var (code, _, error) = As([], Url, "select 1");
        Assert.NotEqual(0, code);
        Assert.Contains("Permission denied", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LedgerRole.Owner)]
    [InlineData(LedgerRole.Engine)]
    public void A_member_who_asks_for_another_role_is_refused_on_either_socket(LedgerRole role)
    {
        var mine = Must(cluster.UrlAs(role));
        Assert.Contains("Permission denied", As([Group], mine, "select 1").Error, StringComparison.Ordinal);
        var theirs = Url.Replace("eventdock_audit", role == LedgerRole.Owner ? "eventdock_owner" : "eventdock_engine", StringComparison.Ordinal);
        Assert.Contains("Peer authentication failed", As([Group], theirs, "select 1").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("select * from eventdock.salts")]
    [InlineData("select * from eventdock.mt_events")]
    [InlineData("select * from eventdock.head")]
    [InlineData("insert into eventdock.head values (false, 1, now())")]
    [InlineData("update audit.events set type = 'Other'")]
    [InlineData("delete from eventdock.view_containers")]
    [InlineData("create table eventdock.mine (x int)")]
    [InlineData("create table audit.mine (x int)")]
    [InlineData("create table public.mine (x int)")]
    [InlineData("create temporary table mine (x int)")]
    [InlineData("create schema mine")]
    [InlineData("select lo_create(0)")]
    [InlineData("select lo_from_bytea(0, 'x')")]
    [InlineData("select pg_advisory_lock(1)")]
    [InlineData("select pg_try_advisory_xact_lock(1)")]
    [InlineData("select pg_notify('x', 'y')")]
    [InlineData("begin; lock table eventdock.view_containers in exclusive mode")]
    [InlineData("begin; lock table eventdock.head in share mode")]
    [InlineData("alter role eventdock_audit superuser")]
    [InlineData("set role eventdock_owner")]
    [InlineData("select pg_read_file('postgresql.conf')")]
    [InlineData("copy (select 1) to '/tmp/x'")]
    [InlineData("copy (select 1) to program 'true'")]
    public void A_member_can_neither_write_nor_see_what_is_not_the_auditors(string sql)
    {
        // As one who has switched off what is only a courtesy.
        var (code, output, error) = As([Group], Url, "set default_transaction_read_only = off", sql);
        Assert.True(code != 0, $"{sql}: {output}");
        Assert.Matches("permission denied|must be superuser|must be owner|cannot update view", error);
    }

    [Theory]
    [InlineData("postgres")]
    [InlineData("template1")]
    public void Other_databases_are_closed_to_the_role(string database) =>
        Assert.Contains("pg_hba.conf rejects", As([Group], Url.Replace("/eventdock?", $"/{database}?", StringComparison.Ordinal), "select 1").Error, StringComparison.Ordinal);

    [Fact]
    public async Task After_a_rebuild_a_member_sees_the_views_as_before()
    {
        var open = Must(await PostgresLedger.OpenPrivate(place, TestLedger.NewOrigin(), NoCancel).ToEither());
        Must(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        await open.Care.Close();
        Assert.Equal("0|0|0|0", Member(Url, "select (select count(*) from audit.containers), (select count(*) from audit.images), (select count(*) from audit.tags), (select count(*) from audit.layers)"));
    }

    [Fact]
    public async Task A_cluster_of_an_earlier_version_has_the_socket_from_its_next_start_on()
    {
        Must(await cluster.Stop(NoCancel).ToEither());
        Directory.Delete(place.Run + "/audit", recursive: true);
        Assert.Equal(new DomainError.NoAuditSocket(place.Run + "/audit/.s.PGSQL.5432"), cluster.UrlAs(LedgerRole.Audit).Match(Right: _ => throw new InvalidOperationException(), Left: e => e));
        foreach (var file in new[] { "pg_hba.conf", "pg_ident.conf", "postgresql.conf" })
        {
            File.WriteAllText($"{place.Root}/pg/{file}", "# of an earlier version\n");
        }

        Must(await cluster.EnsureUp(NoCancel).ToEither());
        Assert.Equal("1", Member(Url, "select count(*) from audit.events"));
    }

    private static string Member(string url, string sql)
    {
        var (code, output, error) = As([Group], url, sql);
        Assert.True(code == 0, error);
        return output;
    }

    private static string Ask(string url, string sql) => Psql("psql", ["-XAtq", "-c", sql, url]).Output;

    private static (int Code, string Output, string Error) As(string[] groups, string url, params string[] sql) => Psql(
        "setpriv",
        [$"--reuid={Nobody}", $"--regid={Nobody}", groups is [var one] ? $"--groups={one}" : "--clear-groups", "psql", "-XAtq",
            "-v", "ON_ERROR_STOP=1", .. sql.SelectMany(s => new[] { "-c", s }), url]);

    private static (int Code, string Output, string Error) Psql(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.TrimEnd('\n'), error.Result);
    }
}
