namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Roots;
using EventDock.Projections;

/// <summary>docker's fields of <c>info</c> (Engine API 1.41), as far as there is something true to be said here.</summary>
public sealed record InfoText(
    HostDescription Host, string RootId, Seq<ContainerRow> Containers, int Images, DateTimeOffset Now, string Version,
    string Runtime)
{
    private const string Driver = "overlay", Logging = "k8s-file", Registry = "https://index.docker.io/v1/";

    private static readonly string[] MemoryUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

    private int Paused => Containers.Count(c => c.Paused);

    private int Running => Containers.Count(c => c.State is ContainerRow.Running or ContainerRow.Starting) - Paused;

    private int Stopped => Containers.Count - Running - Paused;

    /// <summary>What a template is rendered over.</summary>
    public TemplateValue.Row Row => new("system.info",
    [
        Field("ID", RootId),
        Field("Containers", Containers.Count),
        Field("ContainersRunning", Running),
        Field("ContainersPaused", Paused),
        Field("ContainersStopped", Stopped),
        Field("Images", Images),
        Field("Driver", Driver),
        Field("DriverStatus", new TemplateValue.List([Texts("Backing Filesystem", Host.FileSystem), Texts("Supports d_type", "true")])),
        Field("Debug", new TemplateValue.Bool(false)),
        Field("SystemTime", Rfc3339.Micros(Now)),
        Field("LoggingDriver", Logging),
        Field("CgroupDriver", "cgroupfs"),
        Field("CgroupVersion", Host.Cgroups),
        Field("KernelVersion", Host.Kernel),
        Field("OperatingSystem", Host.System),
        Field("OSVersion", Host.SystemVersion),
        Field("OSType", "linux"),
        Field("Architecture", Host.Machine),
        Field("IndexServerAddress", Registry),
        Field("NCPU", Host.Processors),
        Field("MemTotal", Host.Memory),
        Field("DockerRootDir", Host.Root),
        Field("Name", Host.Name),
        Field("Labels", new TemplateValue.List([])),
        Field("ExperimentalBuild", new TemplateValue.Bool(false)),
        Field("ServerVersion", Version),
        Field("DefaultRuntime", Runtime),
        Field("LiveRestoreEnabled", new TemplateValue.Bool(true)),
        Field("SecurityOptions", Texts("name=seccomp,profile=default")),
        Field("Warnings", TemplateValue.None),
    ]);

    /// <summary>For people, in docker's layout.</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        Server:
         Containers: {Containers.Count}
          Running: {Running}
          Paused: {Paused}
          Stopped: {Stopped}
         Images: {Images}
         Server Version: {Version}
         Storage Driver: {Driver}
          Backing Filesystem: {Host.FileSystem}
          Supports d_type: true
         Logging Driver: {Logging}
         Cgroup Driver: cgroupfs
         Cgroup Version: {Host.Cgroups}
         Default Runtime: {Runtime}
         Security Options:
          seccomp
           Profile: default
         Kernel Version: {Host.Kernel}
         Operating System: {TerminalText.Escape(Host.System)}
         OSType: linux
         Architecture: {Host.Machine}
         CPUs: {Host.Processors}
         Total Memory: {Memory(Host.Memory)}
         Name: {Host.Name}
         ID: {RootId}
         Docker Root Dir: {TerminalText.Escape(Host.Root)}
         Debug Mode: false
         Registry: {Registry}
         Labels:
         Experimental: false
         Live Restore Enabled: true

        """);

    private static string Memory(double bytes)
    {
        var unit = 0;
        while (bytes >= 1024 && unit < MemoryUnits.Length - 1)
        {
            (bytes, unit) = (bytes / 1024, unit + 1);
        }

        return bytes.ToString("G4", CultureInfo.InvariantCulture) + MemoryUnits[unit];
    }

    private static KeyValuePair<string, TemplateValue> Field(string name, string value) => Field(name, TemplateValue.Of(value));

    private static KeyValuePair<string, TemplateValue> Field(string name, long value) => Field(name, new TemplateValue.Number(value));

    private static KeyValuePair<string, TemplateValue> Field(string name, TemplateValue value) => KeyValuePair.Create(name, value);

    private static TemplateValue Texts(params string[] texts) => new TemplateValue.List(texts.Select(TemplateValue.Of).ToArray());
}
