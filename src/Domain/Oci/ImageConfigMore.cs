namespace EventDock.Domain.Oci;

using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>The members of a configuration that <see cref="RunMore"/> holds.</summary>
internal static class ImageConfigMore
{
    /// <summary>Null where there is none of them.</summary>
    internal static RunMore? Read(JsonShape shape, JsonElement run)
    {
        var (onBuild, shell) = (shape.Texts(run, "OnBuild"), shape.Texts(run, "Shell"));
        var healthcheck = shape.OptionalObject(run, "Healthcheck") is { } check ? Healthcheck(shape, check) : null;
        return onBuild.IsEmpty && shell.IsEmpty && healthcheck is null ? null : new RunMore(onBuild, shell, healthcheck);
    }

    internal static void WriteHealthcheck(Utf8JsonWriter json, Healthcheck? check)
    {
        if (check is null)
        {
            return;
        }

        json.WriteStartObject("Healthcheck");
        ImageConfigJson.WriteList(json, "Test", check.Test);
        Write("Interval", check.Interval);
        Write("Timeout", check.Timeout);
        Write("StartPeriod", check.StartPeriod);
        Write("Retries", check.Retries);
        json.WriteEndObject();

        void Write(string name, ByteCount? value)
        {
            if (value is { } number)
            {
                json.WriteNumber(name, number.Value);
            }
        }
    }

    private static Healthcheck Healthcheck(JsonShape shape, JsonElement check) =>
        new(
            shape.Texts(check, "Test"), Count(shape, check, "Interval"), Count(shape, check, "Timeout"),
            Count(shape, check, "StartPeriod"), Count(shape, check, "Retries"));

    private static ByteCount? Count(JsonShape shape, JsonElement check, string name) =>
        JsonShape.Member(check, name) is null ? null : new ByteCount(shape.Count(check, name));
}
