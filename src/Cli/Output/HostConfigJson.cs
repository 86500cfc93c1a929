namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text.Json;
using EventDock.Domain.Containers;
using EventDock.Projections;

/// <summary>How a container is joined with its host, as docker's inspect has it: HostConfig and Mounts.</summary>
internal static class HostConfigJson
{
    public static void Write(Utf8JsonWriter json, ContainerRow row, string runtime)
    {
        var (settings, more) = (row.Settings, row.Settings.More);
        json.WriteStartObject("HostConfig");
        InspectJson.Texts(json, "Binds", more.Mounts.Filter(m => m.Form == ContainerMount.OfVolume).Map(Bind));
        json.WriteString("ContainerIDFile", more.CidFile ?? "");
        json.WriteStartObject("LogConfig");
        json.WriteString("Type", more.LogDriver ?? LogDrivers.File);
        json.WriteStartObject("Config");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("NetworkMode", settings.Network);
        json.WriteBoolean("AutoRemove", settings.AutoRemove);
        InspectJson.Texts(json, "CapAdd", more.CapAdd);
        InspectJson.Texts(json, "CapDrop", more.CapDrop);
        InspectJson.Texts(json, "GroupAdd", more.GroupAdd);
        json.WriteString("IpcMode", more.Ipc ?? NamespaceMode.Private);
        json.WriteString("PidMode", more.Pid ?? "");
        json.WriteBoolean("Privileged", more.Privileged);
        json.WriteBoolean("ReadonlyRootfs", more.ReadOnly);
        InspectJson.Texts(json, "SecurityOpt", more.SecurityOpt);
        Pairs(json, "Tmpfs", more.Mounts.Filter(m => m.Form == ContainerMount.OfTmpfs).Map(m => (m.Target, m.Options)));
        json.WriteString("UTSMode", more.Uts ?? "");
        json.WriteNumber("ShmSize", more.ShmSize?.Value ?? RuntimeSpecDefaults.SharedMemory);
        Pairs(json, "Sysctls", more.Sysctls.Map(SysctlText.Pair));
        json.WriteString("Runtime", more.Runtime ?? runtime);
        Pairs(json, "Annotations", more.Annotations.Map(SysctlText.Pair));
        Devices(json, more.Devices);
        Ulimits(json, more.Ulimits);
        Asked(json, more.Mounts.Filter(m => m.Form == ContainerMount.OfMount).Strict());
        var bare = more.Privileged || SecurityOptions.Parse(more.SecurityOpt).Match(Right: security => security.SystemPaths, Left: _ => false);
        InspectJson.Texts(json, "MaskedPaths", bare ? Seq<string>() : RuntimeSpecDefaults.MaskedPaths);
        InspectJson.Texts(json, "ReadonlyPaths", bare ? Seq<string>() : RuntimeSpecDefaults.ReadonlyPaths);
        json.WriteBoolean("Init", more.Init);
        json.WriteString("Record", more.RecordContent ? "content" : "metadata");
        if (more.StartFilesFrom is { } files)
        {
            json.WriteString("StartFilesFrom", $"{files.Container}@{{#{files.Position}}}");
        }

        json.WriteEndObject();
    }

    /// <summary>What is mounted: -v and --mount, as docker lists them, without --tmpfs.</summary>
    public static void WriteMounts(Utf8JsonWriter json, ContainerRow row)
    {
        json.WriteStartArray("Mounts");
        foreach (var mount in row.Settings.More.Mounts.Filter(m => m.Form != ContainerMount.OfTmpfs))
        {
            json.WriteStartObject();
            json.WriteString("Type", mount.Type);
            json.WriteString("Source", mount.Source);
            json.WriteString("Destination", mount.Target);
            json.WriteString("Mode", mount.Form == ContainerMount.OfVolume ? mount.Options : "");
            json.WriteBoolean("RW", !mount.ReadOnly);
            json.WriteString("Propagation", mount.Propagation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>-v as it was given, its source absolute.</summary>
    private static string Bind(ContainerMount mount) =>
        $"{mount.Source}:{mount.Target}{(mount.Options.Length > 0 ? ":" + mount.Options : "")}";

    private static void Asked(Utf8JsonWriter json, Seq<ContainerMount> mounts)
    {
        json.WriteStartArray("Mounts");
        foreach (var mount in mounts)
        {
            json.WriteStartObject();
            json.WriteString("Type", mount.Type);
            if (mount.Source.Length > 0)
            {
                json.WriteString("Source", mount.Source);
            }

            json.WriteString("Target", mount.Target);
            if (mount.ReadOnly)
            {
                json.WriteBoolean("ReadOnly", true);
            }

            if (mount.Type == ContainerMount.Bind)
            {
                json.WriteStartObject("BindOptions");
                json.WriteString("Propagation", mount.Propagation);
                if (mount.NonRecursive)
                {
                    json.WriteBoolean("NonRecursive", true);
                }

                json.WriteEndObject();
            }
            else
            {
                TmpfsOptions(json, mount.Options.Split(',').Select(SysctlText.Pair).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void TmpfsOptions(Utf8JsonWriter json, Dictionary<string, string> options)
    {
        json.WriteStartObject("TmpfsOptions");
        if (options.TryGetValue("size", out var size))
        {
            json.WriteNumber("SizeBytes", long.Parse(size, CultureInfo.InvariantCulture));
        }

        if (options.TryGetValue("mode", out var mode))
        {
            json.WriteNumber("Mode", Convert.ToInt64(mode, 8));
        }

        json.WriteEndObject();
    }

    private static void Devices(Utf8JsonWriter json, Seq<ContainerDevice> devices)
    {
        json.WriteStartArray("Devices");
        foreach (var device in devices)
        {
            json.WriteStartObject();
            json.WriteString("PathOnHost", device.PathOnHost);
            json.WriteString("PathInContainer", device.PathInContainer);
            json.WriteString("CgroupPermissions", device.Permissions);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Ulimits(Utf8JsonWriter json, Seq<ContainerUlimit> limits)
    {
        json.WriteStartArray("Ulimits");
        foreach (var limit in limits)
        {
            json.WriteStartObject();
            json.WriteString("Name", limit.Name);
            json.WriteNumber("Hard", limit.Hard.Value);
            json.WriteNumber("Soft", limit.Soft.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Of two of one name the later.</summary>
    private static void Pairs(Utf8JsonWriter json, string name, Seq<(string Name, string Value)> pairs)
    {
        json.WriteStartObject(name);
        foreach (var same in pairs.GroupBy(p => p.Name, StringComparer.Ordinal))
        {
            json.WriteString(same.Key, same.Last().Value);
        }

        json.WriteEndObject();
    }
}
