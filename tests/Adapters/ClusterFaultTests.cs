namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>What others leave in the private cluster's way: half a cluster, a server without its data, a closed directory.</summary>
public sealed class ClusterFaultTests : IAsyncLifetime
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string directory;
    private readonly ClusterPlace place;
    private readonly Cluster cluster;

    public ClusterFaultTests()
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
    public async Task What_still_works_on_half_a_cluster_is_waited_for_before_that_is_cleared()
    {
        Directory.CreateDirectory(place.Root + "/pg.staging");
        using var writer = Process.Start(
            "flock",
            [
                "--no-fork", place.Root + "/pg.making", "sh", "-c",
                $"for i in $(seq 200); do mkdir -p {place.Root}/pg.staging/$i; sleep 0.005; done",
            ]);
        while (!Directory.Exists(place.Root + "/pg.staging/1"))
        {
            await Task.Delay(1);
        }

        Must(await cluster.EnsureUp(NoCancel).ToEither());
        Assert.True(writer.HasExited);
        Assert.False(Directory.Exists(place.Root + "/pg.staging"));
    }

    [Fact]
    public async Task A_server_whose_data_was_removed_is_ended_before_one_is_made_anew_in_its_place()
    {
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        var orphan = Must(cluster.Status()).Pid!.Value;
        // The server goes on writing meanwhile: what it has just made is not in the list of what to delete.
        for (var tries = 0; tries < 1000 && Directory.Exists(place.Root); tries++)
        {
            using var delete = Process.Start("rm", ["-rf", place.Root]);
            await delete.WaitForExitAsync();
        }

        var (otherDirectory, otherPlace) = NewPlace();
        var other = PrivateCluster.Create(otherPlace);
        Must(await other.EnsureUp(NoCancel).ToEither());
        try
        {
            Must(await cluster.EnsureUp(NoCancel).ToEither());
            Assert.Null(new FileInfo($"/proc/{orphan}/cwd").LinkTarget);
            Assert.True(File.Exists(place.Run + "/pg/.s.PGSQL.5432"));
            Assert.NotEqual(orphan, Must(cluster.Status()).Pid);
            Assert.NotNull(Must(other.Status()).Pid);
        }
        finally
        {
            Must(await other.Stop(NoCancel).ToEither());
            Directory.Delete(otherDirectory, recursive: true);
        }
    }

    [Fact]
    public async Task A_server_whose_data_was_moved_away_is_left_alone_and_named()
    {
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        var pid = Must(cluster.Status()).Pid!.Value;
        Directory.Move(place.Root, place.Root + ".away");
        var refused = (await cluster.EnsureUp(NoCancel).ToEither()).Match(Right: _ => throw new InvalidOperationException("it started"), Left: e => e);
        Assert.Equal(new DomainError.SocketHeld(place.Run + "/pg/.s.PGSQL.5432", pid, place.Root + ".away/pg"), refused);
        Assert.True(Directory.Exists($"/proc/{pid}"));
        Directory.Delete(place.Root, recursive: true);
        Directory.Move(place.Root + ".away", place.Root);
        Assert.Equal(pid, Must(cluster.Status()).Pid);
    }

    [Fact]
    public async Task One_whose_socket_was_removed_is_started_again()
    {
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        var pid = Must(cluster.Status()).Pid!.Value;
        File.Delete(place.Run + "/pg/.s.PGSQL.5432");
        Must(await cluster.EnsureUp(NoCancel).ToEither());
        Assert.NotEqual(pid, Must(cluster.Status()).Pid);
        Assert.True(File.Exists(place.Run + "/pg/.s.PGSQL.5432"));
    }

    [Fact]
    public async Task A_directory_above_the_root_that_the_clusters_user_cannot_enter_is_named()
    {
        var closed = directory + "/closed";
        Directory.CreateDirectory(closed);
        File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var below = PrivateCluster.Create(place with { Root = closed + "/deeper/root" });
        var refused = (await below.EnsureUp(NoCancel).ToEither()).Match(Right: _ => throw new InvalidOperationException("it started"), Left: e => e);
        Assert.Equal(new DomainError.NotPassable(closed, "eventdock"), refused);

        File.SetUnixFileMode(closed, File.GetUnixFileMode(closed) | UnixFileMode.OtherExecute);
        Must(await below.EnsureUp(NoCancel).ToEither());
        Assert.True(Must(await below.Stop(NoCancel).ToEither()));
    }
}
