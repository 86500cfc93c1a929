namespace EventDock.Adapters.Postgres;

using System.IO;
using EventDock.Domain.Kernel;

/// <summary>
/// A connection to the private cluster that is begun before the command line has been read: both take milliseconds, and neither waits for the
/// other. Where it cannot be had, whoever opens the ledger meets the same error, and names it.
/// </summary>
public sealed class EarlyConnection
{
    private Task<Database>? begun;

    private EarlyConnection(Task<Database> begun) => this.begun = begun;

    /// <summary>None where there is no socket: a cluster that is stopped is started by who needs it.</summary>
    public static Option<EarlyConnection> Begin(ClusterPlace place) =>
        File.Exists(place.Socket) ? Some(new EarlyConnection(Task.Run(() => ConnectedAsync(place)))) : None;

    /// <summary>Once: what has failed on it is tried again on another.</summary>
    internal Option<Task<Database>> Take() => Interlocked.Exchange(ref begun, null) is { } taken ? Some(taken) : None;

    private static async Task<Database> ConnectedAsync(ClusterPlace place)
    {
        var database = PrivateCluster.Database(place, ClusterPlace.Engine);
        await database.Use(_ => Task.FromResult(Right<DomainError, Unit>(unit)), CancellationToken.None);
        return database;
    }
}
