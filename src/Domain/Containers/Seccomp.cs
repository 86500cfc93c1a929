namespace EventDock.Domain.Containers;

using System.Globalization;
using System.IO;
using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>For what a seccomp profile is to be made.</summary>
/// <param name="Architecture">As Go and docker's profile name it: amd64, arm64 …</param>
/// <param name="Capabilities">The bounding set, CAP_….</param>
public sealed record SeccompTarget(string Architecture, int KernelMajor, int KernelMinor, Seq<string> Capabilities);

/// <summary>
/// docker's own profile (profiles/seccomp/default.json), which is not in OCI form, as <c>linux.seccomp</c> of the OCI runtime
/// specification (config-linux.md, "Seccomp"): rules are kept or dropped by capabilities, architecture and kernel version.
/// </summary>
public static class Seccomp
{
    /// <param name="rank">Names of one rule are written by descending rank. It changes what the filter costs, never what it allows.</param>
    /// <returns>The JSON object, or BadContent.</returns>
    public static Either<DomainError, byte[]> Translate(
        ReadOnlyMemory<byte> profile, SeccompTarget target, Func<string, int> rank)
    {
        try
        {
            using var document = JsonDocument.Parse(profile);
            var root = document.RootElement;
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                json.WriteString("defaultAction", root.GetProperty("defaultAction").GetString());
                CopyNumber(root, "defaultErrnoRet", json);
                WriteArchitectures(root, target, json);
                json.WriteStartArray("syscalls");
                foreach (var rule in root.TryGetProperty("syscalls", out var rules) && rules.ValueKind == JsonValueKind.Array
                             ? rules.EnumerateArray()
                             : default)
                {
                    if (Applies(rule, target))
                    {
                        WriteRule(rule, rank, json);
                    }
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            return stream.ToArray();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new DomainError.BadContent("seccomp profile", e.Message);
        }
    }

    /// <summary>What a caller's own profile must be, before anything is made with it.</summary>
    /// <param name="file">How errors name it.</param>
    public static Either<DomainError, Unit> Check(string file, ReadOnlyMemory<byte> profile)
    {
        try
        {
            using var document = JsonDocument.Parse(profile);
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("defaultAction", out _)
                    ? Wrong("it is no seccomp profile")
                : Has(root, "archMap") && Has(root, "architectures") ? Wrong("use either 'architectures' or 'archMap'")
                : Has(root, "syscalls") && root.GetProperty("syscalls").EnumerateArray().Any(r => Has(r, "name") && Has(r, "names"))
                    ? Wrong("use either 'name' or 'names'")
                : unit;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Wrong("it is no seccomp profile");
        }

        DomainError Wrong(string reason) => new DomainError.BadContent($"seccomp profile {file}", reason);

        static bool Has(JsonElement element, string name) =>
            element.TryGetProperty(name, out var value)
            && value.ValueKind switch
            {
                JsonValueKind.Array => value.GetArrayLength() > 0,
                JsonValueKind.String => value.GetString()!.Length > 0,
                _ => false,
            };
    }

    /// <summary>libseccomp's name of an architecture, or null for one that docker's profile does not know.</summary>
    public static string? Native(string architecture) => architecture switch
    {
        "amd64" => "SCMP_ARCH_X86_64",
        "386" => "SCMP_ARCH_X86",
        "arm64" => "SCMP_ARCH_AARCH64",
        "arm" => "SCMP_ARCH_ARM",
        "ppc64le" => "SCMP_ARCH_PPC64LE",
        "s390x" => "SCMP_ARCH_S390X",
        "riscv64" => "SCMP_ARCH_RISCV64",
        _ => null,
    };

    private static void WriteArchitectures(JsonElement root, SeccompTarget target, Utf8JsonWriter json)
    {
        // A profile in the form of the runtime specification names them itself.
        if (root.TryGetProperty("architectures", out var own) && own.ValueKind == JsonValueKind.Array && own.GetArrayLength() > 0)
        {
            json.WritePropertyName("architectures");
            own.WriteTo(json);
            return;
        }

        if (!root.TryGetProperty("archMap", out var map) || map.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var native = Native(target.Architecture);
        foreach (var entry in map.EnumerateArray())
        {
            if (entry.GetProperty("architecture").GetString() != native)
            {
                continue;
            }

            json.WriteStartArray("architectures");
            json.WriteStringValue(native);
            foreach (var further in Strings(entry, "subArchitectures"))
            {
                json.WriteStringValue(further);
            }

            json.WriteEndArray();
            return;
        }
    }

    private static bool Applies(JsonElement rule, SeccompTarget target)
    {
        var has = (string capability) => target.Capabilities.Exists(c => c == capability);
        var arch = target.Architecture == "386" ? "x86" : target.Architecture;
        if (rule.TryGetProperty("excludes", out var excludes)
            && (Strings(excludes, "arches").Contains(arch) || Strings(excludes, "caps").Any(has)
                || KernelAtLeast(excludes, target) == true))
        {
            return false;
        }

        return !rule.TryGetProperty("includes", out var includes)
            || ((Strings(includes, "arches") is not { Count: > 0 } arches || arches.Contains(arch))
                && Strings(includes, "caps").All(has)
                && KernelAtLeast(includes, target) != false);
    }

    private static bool? KernelAtLeast(JsonElement filter, SeccompTarget target)
    {
        if (!filter.TryGetProperty("minKernel", out var element) || element.GetString() is not { Length: > 0 } text)
        {
            return null;
        }

        var parts = text.Split('.');
        var major = int.Parse(parts[0], CultureInfo.InvariantCulture);
        var minor = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        return (target.KernelMajor, target.KernelMinor).CompareTo((major, minor)) >= 0;
    }

    private static void WriteRule(JsonElement rule, Func<string, int> rank, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("names");
        var names = rule.TryGetProperty("name", out var single) && single.GetString() is { Length: > 0 } one
            ? [one]
            : Strings(rule, "names");
        foreach (var name in names.OrderByDescending(rank))
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteString("action", rule.GetProperty("action").GetString());
        CopyNumber(rule, "errnoRet", json);
        if (rule.TryGetProperty("args", out var args) && args.ValueKind == JsonValueKind.Array && args.GetArrayLength() > 0)
        {
            json.WritePropertyName("args");
            args.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void CopyNumber(JsonElement from, string name, Utf8JsonWriter json)
    {
        if (from.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number)
        {
            json.WriteNumber(name, number.GetUInt32());
        }
    }

    private static IReadOnlyList<string> Strings(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array
            ? array.EnumerateArray().Select(e => e.GetString() ?? "").ToList()
            : [];
}
