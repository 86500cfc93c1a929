namespace EventDock.Adapters.Registry;

/// <summary>How long a registry may take.</summary>
/// <param name="Connect">For a connection, TLS included.</param>
/// <param name="Stall">Without a single byte, before the answer or within it.</param>
/// <param name="Small">For the whole of a manifest, config or token, however steadily it trickles.</param>
/// <param name="Backoff">Before the first try again; doubled each time.</param>
/// <param name="LongestWait">What is waited at most when the registry says when to come back.</param>
public sealed record RegistryTiming(TimeSpan Connect, TimeSpan Stall, TimeSpan Small, TimeSpan Backoff, TimeSpan LongestWait)
{
    /// <summary>Over which <see cref="LeastBytes"/> of a layer have to come; only time spent waiting for the network counts.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A line of a modem's speed passes; a server that drips does not.</summary>
    public int LeastBytes { get; init; } = 60 * 1024;

    public static readonly RegistryTiming Default = new(
        Connect: TimeSpan.FromSeconds(15), Stall: TimeSpan.FromSeconds(60), Small: TimeSpan.FromMinutes(5),
        Backoff: TimeSpan.FromMilliseconds(250), LongestWait: TimeSpan.FromSeconds(5));
}
