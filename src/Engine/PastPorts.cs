namespace EventDock.Engine;

using EventDock.Projections;

/// <summary>Ports that see the ledger as it was.</summary>
public static class PastPorts
{
    /// <summary>Views and log answer as of a position. Events are appended to the ledger of now, as ever.</summary>
    public static Ports AsOf(this Ports ports, long position) =>
        ports with
        {
            Ledger = ports.Ledger with
            {
                Views = ports.Views.AsOf(position), Log = ports.Ledger.Log.AsOf(position), Head = Math.Min(ports.Ledger.Head, position),
            },
        };

    /// <summary>As of a position; where there is none, as they are.</summary>
    public static Ports AsOf(this Ports ports, Option<long> position) => position.Match(Some: ports.AsOf, None: () => ports);
}
