namespace EventDock.Adapters.Registry;

/// <summary>How long a registry may take.</summary>
/// <param name="Connect">For a connection, TLS included.</param>
/// <param name="Stall">Without a single byte, before the answer or within it.</param>
/// <param name="Small">For the whole of a manifest, config or token, however steadily it trickles.</param>
/// <param name="Backoff">Before the first try again; doubled each time.</param>
/// <param name="LongestWait">What is waited at most when the registry says when to come back.</param>
public sealed record RegistryTiming(TimeSpan Connect, TimeSpan Stall, TimeSpan Small, TimeSpan Backoff, TimeSpan LongestWait)
{
    public static readonly RegistryTiming Default = new(
        Connect: TimeSpan.FromSeconds(15), Stall: TimeSpan.FromSeconds(60), Small: TimeSpan.FromMinutes(5),
        Backoff: TimeSpan.FromMilliseconds(250), LongestWait: TimeSpan.FromSeconds(5));
}
