namespace EventDock.Cli;

using System.IO;
using System.Text;
using EventDock.Adapters.Registry;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>Where this command looks, as the environment says.</summary>
/// <param name="Root">EVENTDOCK_ROOT, absolute; /var/lib/eventdock where it is not said.</param>
/// <param name="Run">/run/eventdock/ and 8 hex digits of the root's path: short, since sockets lie in it.</param>
/// <param name="Database">EVENTDOCK_DATABASE, or null for the private cluster.</param>
/// <param name="Config">EVENTDOCK_CONFIG, or the file in /etc.</param>
/// <param name="ConfigNamed">The file was named, so that it must be there.</param>
public sealed record Places(string Root, string Run, string? Database, string Config, bool ConfigNamed)
{
    private const string DefaultRoot = "/var/lib/eventdock";

    public static Places OfEnvironment()
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Named("EVENTDOCK_ROOT") ?? DefaultRoot));
        var config = Named("EVENTDOCK_CONFIG");
        return new Places(
            root,
            $"/run/eventdock/{Convert.ToHexStringLower(ShortSha256.Hash(Encoding.UTF8.GetBytes(root)))[..8]}",
            Named("EVENTDOCK_DATABASE"),
            config ?? EngineConfigFile.DefaultPath,
            config is not null);
    }

    /// <summary>conmon takes the log's path as <c>k8s-file:PATH</c>, and ends it at a further colon.</summary>
    public Either<DomainError, Unit> Checked =>
        Root.Contains(':') ? new DomainError.Invalid("EVENTDOCK_ROOT", Root, "conmon takes no path with a colon in it") : unit;

    /// <summary>What conmon's exit command must know again, NAME=value.</summary>
    public Seq<string> Environment => RootAlone + Optional(Database).Map(d => $"EVENTDOCK_DATABASE={d}").ToSeq();

    /// <summary>The same for what needs no ledger.</summary>
    public Seq<string> RootAlone =>
        Seq(
            $"EVENTDOCK_ROOT={Root}",
            $"PATH={Domain.Containers.RunResolution.DefaultPath["PATH=".Length..]}")
        + (ConfigNamed ? Seq1($"EVENTDOCK_CONFIG={Config}") : Seq<string>());

    private static string? Named(string variable) =>
        System.Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
