namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.Globalization;
using System.IO;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>The private cluster: a real one for each test, under a root and a run directory of its own.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string directory;
    private readonly ClusterPlace place;
    private readonly Cluster cluster;

    public ClusterTests()
    {
        (directory, place) = NewPlace();
        cluster = PrivateCluster.Create(place);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        Must(await cluster.Stop(NoCancel).ToEither());
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task The_first_open_makes_and_starts_it_and_the_next_finds_it_up()
    {
        Assert.Equal(new ClusterStatus(false, null, null, place.Root + "/pg", place.Run + "/pg"), Must(cluster.Status()));
        var first = Must(await OpenAsync());
        Must(await first.Store.Append(LedgerFacts.Root("r"), NoCancel).ToEither());
        await first.Care.Close();
        var pid = Must(cluster.Status()).Pid;
        Assert.NotNull(pid);

        var second = Must(await OpenAsync());
        Assert.Equal((1L, "r"), (second.Head, second.Root.Map(r => r.RootId).IfNone("")));
        Assert.Equal(pid, Must(cluster.Status()).Pid);
        await second.Care.Close();
    }

    [Fact]
    public async Task It_runs_as_its_own_user_in_a_session_and_cgroup_of_its_own_without_tcp()
    {
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        var pid = Must(cluster.Status()).Pid!.Value.ToString(CultureInfo.InvariantCulture);
        var uid = File.ReadLines("/etc/passwd").Single(l => l.StartsWith("eventdock:", StringComparison.Ordinal)).Split(':')[2];
        Assert.Contains($"Uid:\t{uid}\t{uid}\t{uid}\t{uid}", File.ReadAllText($"/proc/{pid}/status"), StringComparison.Ordinal);
        Assert.NotEqual(Session("self"), Session(pid));
        Assert.Equal("0", File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ')[4]);
        Assert.True(
            File.ReadAllText($"/proc/{pid}/cgroup").Contains("eventdock-pg-", StringComparison.Ordinal) || !Directory.Exists("/sys/fs/cgroup/systemd"),
            File.ReadAllText($"/proc/{pid}/cgroup"));
        Assert.Equal("on|on||0700", Run("psql", "-XAtc", "select current_setting('fsync'), current_setting('synchronous_commit'), current_setting('listen_addresses'), current_setting('data_directory_mode')", cluster.Url).Trim());

        static string Session(string pid) => File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ')[3];
    }

    [Fact]
    public async Task Psql_takes_the_url_as_it_is_for_root_and_nobody_else_gets_in()
    {
        var open = Must(await OpenAsync());
        await open.Care.Close();
        Assert.Equal("eventdock_owner|0", Run("psql", "-XAtc", "select current_user, position from eventdock.head", cluster.Url).Trim());
        Run("chmod", "0755", place.Run + "/pg");
        var (code, error) = Fails("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "psql", "-XAtc", "select 1", cluster.Url);
        Assert.NotEqual(0, code);
        Assert.Contains("Peer authentication failed", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_a_blow_it_is_started_again_by_the_next_open_and_has_lost_nothing()
    {
        var open = Must(await OpenAsync());
        Must(await open.Store.Append(LedgerFacts.Root("r"), NoCancel).ToEither());
        await open.Care.Close();
        var pid = Must(cluster.Status()).Pid!.Value;
        Process.GetProcessById(pid).Kill();
        var again = Must(await OpenAsync());
        Assert.Equal(1L, again.Head);
        Assert.NotEqual(pid, Must(cluster.Status()).Pid);
        await again.Care.Close();
    }

    [Fact]
    public async Task A_pid_file_that_names_another_process_does_not_keep_it_down()
    {
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        var file = place.Root + "/pg/postmaster.pid";
        var left = File.ReadAllLines(file);
        Must(await cluster.Stop(NoCancel).ToEither());
        // As after a reboot: its number is now that of another process of the same user.
        using var other = Process.Start("setpriv", ["--reuid=eventdock", "--regid=eventdock", "--clear-groups", "sleep", "60"]);
        left[0] = other.Id.ToString(CultureInfo.InvariantCulture);
        File.WriteAllLines(file, left);
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        Assert.NotEqual(other.Id, Must(cluster.Status()).Pid);
        other.Kill();
    }

    [Fact]
    public async Task Four_that_start_at_once_make_one_cluster()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(OpenAsync)));
        foreach (var ledger in opened)
        {
            await Must(ledger).Care.Close();
        }

        // One that the server has just forked is the server by its command line until it has its own.
        for (var tries = 0; tries < 1000 && Postmasters() != 1; tries++)
        {
            await Task.Delay(20);
        }

        Assert.Equal(1, Postmasters());

        int Postmasters() => Directory.GetDirectories("/proc").Where(d => Path.GetFileName(d).All(char.IsAsciiDigit)).Count(IsPostmaster);

        bool IsPostmaster(string process)
        {
            try
            {
                return File.ReadAllText($"{process}/cmdline").Contains("postgres\0-D\0pg\0", StringComparison.Ordinal)
                    && new FileInfo($"{process}/cwd").LinkTarget == place.Root + "/pg";
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task What_a_cut_off_making_has_left_is_cleared_and_made_anew()
    {
        Directory.CreateDirectory(place.Root + "/pg.staging/base");
        File.WriteAllText(place.Root + "/pg.staging/PG_VERSION", "15\n");
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        Assert.False(Directory.Exists(place.Root + "/pg.staging"));
        Assert.NotNull(Must(cluster.Status()).Pid);
    }

    [Fact]
    public async Task Stop_waits_for_the_end_and_says_whether_there_was_anything_to_stop()
    {
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        var pid = Must(cluster.Status()).Pid!.Value;
        Assert.True(Must(await cluster.Stop(NoCancel).ToEither()));
        Assert.Null(new FileInfo($"/proc/{pid}/cwd").LinkTarget);
        Assert.False(Must(await cluster.Stop(NoCancel).ToEither()));
        Assert.Null(Must(cluster.Status()).Pid);
        var open = Must(await OpenAsync());
        await open.Care.Close();
    }

    [Fact]
    public async Task One_that_will_not_start_is_named_with_the_servers_own_reason()
    {
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        Must(await cluster.Stop(NoCancel).ToEither());
        File.Delete(place.Root + "/pg/global/pg_control");
        var error = (await OpenAsync()).Match(Right: _ => throw new InvalidOperationException("it started"), Left: e => e);
        var failed = Assert.IsType<DomainError.ClusterFailed>(error);
        Assert.Equal(place.Root + "/pg", failed.Directory);
        Assert.Contains("pg_control", failed.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_directory_too_long_for_a_socket_is_refused_before_anything_is_made()
    {
        var far = place with { Run = "/tmp/" + new string('x', 100) };
        var refused = await PrivateCluster.Create(far).EnsureUp(NoCancel).ToEither();
        Assert.IsType<DomainError.Invalid>(refused.Match(Right: _ => throw new InvalidOperationException(), Left: e => e));
        Assert.False(Directory.Exists(place.Root));
    }

    [Fact]
    public async Task A_server_out_of_reach_is_named_without_the_password()
    {
        var uri = Must(LibpqUri.Parse("postgresql://me:secret@127.0.0.1:1/nothing?connect_timeout=3"));
        var error = (await PostgresLedger.OpenServer(uri, TestLedger.NewOrigin(), NoCancel).ToEither())
            .Match(Right: _ => throw new InvalidOperationException("there is a server"), Left: e => e);
        var unreachable = Assert.IsType<DomainError.LedgerUnreachable>(error);
        Assert.Equal("127.0.0.1:1/nothing", unreachable.Where);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("refused", unreachable.Detail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_out_of_reach_too()
    {
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        var uri = Must(LibpqUri.Parse(cluster.Url)) with { Database = "nothing" };
        var error = (await PostgresLedger.OpenServer(uri, TestLedger.NewOrigin(), NoCancel).ToEither())
            .Match(Right: _ => throw new InvalidOperationException("there is such a database"), Left: e => e);
        Assert.Equal("database \"nothing\" does not exist", Assert.IsType<DomainError.LedgerUnreachable>(error).Detail);
    }

    private Task<Either<DomainError, EventDock.Projections.OpenLedger>> OpenAsync() =>
        PostgresLedger.OpenPrivate(place, TestLedger.NewOrigin(), NoCancel).ToEither();

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private static (int Code, string Error) Fails(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
