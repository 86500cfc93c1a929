namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Postgres;
using EventDock.Tests.Bench;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>The small edition of what <c>make soak</c> does at length, on a server of its own.</summary>
public sealed class LedgerTrialTests
{
    [Fact]
    public async Task Writers_whose_connections_are_cut_and_whose_server_is_killed_lose_double_and_reorder_nothing()
    {
        var (directory, place) = NewPlace();
        Must(await PrivateCluster.Create(place).EnsureUp(CancellationToken.None).ToEither());
        try
        {
            var report = await new AppendTrial(place, writers: 8, commands: 40, streams: 6, kills: 1, seed: 7).RunAsync();
            Assert.Empty(report.Wrong);
            Assert.Equal((320, 1), (report.Acknowledged + report.Conflicts + report.Unreachable, report.ServersKilled));
            Assert.True(report.BackendsEnded > 3 && report.Acknowledged > 160, report.ToString());
        }
        finally
        {
            Must(await PrivateCluster.Create(place).Stop(CancellationToken.None).ToEither());
            NpgsqlConnection.ClearAllPools();
            Directory.Delete(directory, recursive: true);
        }
    }
}
