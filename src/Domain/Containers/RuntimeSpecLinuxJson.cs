namespace EventDock.Domain.Containers;

using System.Text.Json;

/// <summary>The part of config.json that is about Linux (config-linux.md).</summary>
internal static class RuntimeSpecLinuxJson
{
    public static void Write(Utf8JsonWriter json, RuntimeSpec spec)
    {
        var sandbox = spec.Sandbox;
        json.WriteStartObject("linux");
        WriteSysctls(json, spec);
        json.WriteStartObject("resources");
        json.WriteStartArray("devices");
        json.WriteStartObject();
        json.WriteBoolean("allow", false);
        json.WriteString("access", "rwm");
        json.WriteEndObject();
        foreach (var rule in sandbox.DeviceRules)
        {
            WriteRule(json, rule);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        WriteDevices(json, sandbox.Devices);
        json.WriteString("cgroupsPath", spec.CgroupsPath);
        json.WriteStartArray("namespaces");
        foreach (var space in sandbox.Namespaces + (spec.PrivateCgroup ? Seq1(new SpecNamespace("cgroup", null)) : Seq<SpecNamespace>()))
        {
            json.WriteStartObject();
            json.WriteString("type", space.Kind);
            if (space.Path is { } path)
            {
                json.WriteString("path", path);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (!spec.Seccomp.IsEmpty)
        {
            json.WritePropertyName("seccomp");
            json.WriteRawValue(spec.Seccomp.Span, skipInputValidation: true);
        }

        RuntimeSpecJson.WriteStrings(json, "maskedPaths", sandbox.MaskedPaths);
        RuntimeSpecJson.WriteStrings(json, "readonlyPaths", sandbox.ReadonlyPaths);
        if (sandbox.RootPropagation is { } propagation)
        {
            json.WriteString("rootfsPropagation", propagation);
        }

        json.WriteEndObject();
    }

    public static void WriteAnnotations(Utf8JsonWriter json, Sandbox sandbox)
    {
        if (!sandbox.Annotations.IsEmpty)
        {
            WritePairs(json, "annotations", sandbox.Annotations);
        }
    }

    /// <summary>docker's own are for a new network namespace; those that were asked for come over them.</summary>
    private static void WriteSysctls(Utf8JsonWriter json, RuntimeSpec spec)
    {
        var fresh = spec.Sandbox.Namespaces.Exists(n => n is { Kind: "network", Path: null });
        var all = (fresh ? spec.Sysctls : Seq<(string Name, string Value)>()) + spec.Sandbox.Sysctls;
        if (!all.IsEmpty)
        {
            WritePairs(json, "sysctl", all);
        }
    }

    /// <summary>Of two of one name the later.</summary>
    private static void WritePairs(Utf8JsonWriter json, string name, Seq<(string Name, string Value)> pairs)
    {
        json.WriteStartObject(name);
        foreach (var same in pairs.GroupBy(p => p.Name, StringComparer.Ordinal))
        {
            json.WriteString(same.Key, same.Last().Value);
        }

        json.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter json, DeviceRule rule)
    {
        json.WriteStartObject();
        json.WriteBoolean("allow", rule.Allow);
        if (rule.Type != 'a')
        {
            json.WriteString("type", rule.Type.ToString());
        }

        if (rule.Major is { } major)
        {
            json.WriteNumber("major", major);
        }

        if (rule.Minor is { } minor)
        {
            json.WriteNumber("minor", minor);
        }

        json.WriteString("access", rule.Access);
        json.WriteEndObject();
    }

    private static void WriteDevices(Utf8JsonWriter json, Seq<SpecDevice> devices)
    {
        if (devices.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("devices");
        foreach (var device in devices)
        {
            json.WriteStartObject();
            json.WriteString("path", device.Path);
            json.WriteString("type", device.Type.ToString());
            json.WriteNumber("major", device.Major);
            json.WriteNumber("minor", device.Minor);
            json.WriteNumber("fileMode", device.Mode);
            json.WriteNumber("uid", device.Uid);
            json.WriteNumber("gid", device.Gid);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
