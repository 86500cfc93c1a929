namespace EventDock.Cli.Commands;

using EventDock.Domain.Kernel;

/// <summary>What reads events has their forms set up while the ledger is opened, on the other processor.</summary>
internal static class EventForms
{
    /// <summary>What it should stumble over, the first event stumbles over again.</summary>
    public static Unit Beside()
    {
        _ = Task.Run(EventCodec.SetUp, CancellationToken.None);
        return unit;
    }
}
