namespace EventDock.Adapters.Postgres;

using System.Globalization;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;

/// <summary>Which events are told of, where that does not stand in the event's own row.</summary>
internal static class LogConditions
{
    /// <summary>
    /// The id in a stream's name is that of a container or an image which has one of the labels in any version of its row: the ids are
    /// found once, and not for every event.
    /// </summary>
    public static string Labels(Seq<LabelFilter> labels, Func<string, string> add)
    {
        var wanted = labels.Map(label => add(Json(label))).ToArray();
        return $"""
            (e.stream_id ^@ 'container-' or e.stream_id ^@ 'layer-' or e.stream_id ^@ 'exec-' or e.stream_id ^@ 'image-')
            and split_part(e.stream_id, '-', 2) in (
                select v.key from eventdock.view_containers v where {Any("v.row->'Settings'->'Options'->'Labels'")}
                union all select v.key from eventdock.view_images v where {Any("v.row->'Content'->'Run'->'Labels'")})
            """;

        string Any(string there) => $"({string.Join(" or ", wanted.Select(label => $"{there} @> {label}"))})";
    }

    /// <summary>By layer and version, as they stand beside the events.</summary>
    public static string Paths(Seq<PathPattern> patterns, Func<byte[], string> add) =>
        $"""
        e.type = 'layer_written' and (e.stream_id, e.version) in (
            select 'layer-' || p.layer, p.version from eventdock.layer_paths p
            where {string.Join(" or ", patterns.Map(pattern => Begins(pattern, add)).ToArray())})
        """;

    /// <summary>A path alone is found by its index.</summary>
    private static string Begins(PathPattern pattern, Func<byte[], string> add)
    {
        var bytes = pattern.Beginning;
        return pattern.IsPath ? $"p.path = {add(bytes)}"
            : string.Create(CultureInfo.InvariantCulture, $"substring(p.path from 1 for {bytes.Length}) = {add(bytes)}");
    }

    private static string Json(LabelFilter label) =>
        label.Value is { } value ? $"[{{\"Key\":{Quoted(label.Key)},\"Value\":{Quoted(value)}}}]" : $"[{{\"Key\":{Quoted(label.Key)}}}]";

    private static string Quoted(string text) => JsonSerializer.Serialize(StoredText.Of(text), EventJson.Default.String);
}
