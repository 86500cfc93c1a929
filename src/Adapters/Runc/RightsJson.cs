namespace EventDock.Adapters.Runc;

using System.Text.Json;
using EventDock.Domain.Containers;

/// <summary>What a container's process may do, kept in its bundle: a process that exec starts may do the same.</summary>
internal static class RightsJson
{
    public static void Write(Utf8JsonWriter json, ProcessRights rights)
    {
        json.WriteStartObject("rights");
        Texts("capabilities", rights.Capabilities);
        json.WriteBoolean("noNewPrivileges", rights.NoNewPrivileges);
        Texts("groups", rights.Groups);
        if (rights.AppArmor is { } profile)
        {
            json.WriteString("appArmor", profile);
        }

        json.WriteStartArray("limits");
        foreach (var limit in rights.Limits)
        {
            json.WriteStartObject();
            json.WriteString("name", limit.Name);
            json.WriteNumber("soft", limit.Soft.Value);
            json.WriteNumber("hard", limit.Hard.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void Texts(string name, Seq<string> values)
        {
            json.WriteStartArray(name);
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>docker's defaults where a version before this has written the bundle.</summary>
    public static ProcessRights Read(JsonElement root) =>
        !root.TryGetProperty("rights", out var rights)
            ? ProcessRights.Docker
            : new ProcessRights(
                Texts(rights, "capabilities"),
                rights.GetProperty("noNewPrivileges").GetBoolean(),
                rights.GetProperty("limits").EnumerateArray().Select(Limit).ToList().ToSeq(),
                Texts(rights, "groups"),
                rights.TryGetProperty("appArmor", out var profile) ? profile.GetString() : null);

    private static ContainerUlimit Limit(JsonElement limit) => new(
        limit.GetProperty("hard").GetInt64(), limit.GetProperty("name").GetString()!, limit.GetProperty("soft").GetInt64());

    private static Seq<string> Texts(JsonElement from, string name) =>
        from.GetProperty(name).EnumerateArray().Select(entry => entry.GetString()!).ToList().ToSeq();
}
