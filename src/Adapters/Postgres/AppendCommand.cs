namespace EventDock.Adapters.Postgres;

using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;
using Npgsql;
using NpgsqlTypes;

/// <summary>The call of <c>eventdock.append</c>, argument by argument.</summary>
internal static class AppendCommand
{
    private static readonly string Sql =
        $"select * from eventdock.append({string.Join(',', Enumerable.Range(1, 39).Select(n => FormattableString.Invariant($"${n}")))})";

    public static NpgsqlCommand Of(NpgsqlConnection connection, PreparedAppend append, RowChanges changes, string[] needed)
    {
        var events = append.Events;
        var byStream = append.Streams.GroupBy(s => s.Stream).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        var held = append.Guards.IsEmpty ? [] : append.Guards.Bind(Flat).Distinct().ToList();
        var paths = events.SelectMany(e => LayerPaths.Of(e.Fact.Event, e.Version)).ToList();
        return new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                new NpgsqlParameter { Value = append.Id, NpgsqlDbType = NpgsqlDbType.Uuid },
                ArrayParameter.Texts(byStream.Select(g => g.Key)),
                ArrayParameter.Numbers(byStream.Select(g => g.First().Expected)),
                ArrayParameter.Numbers(byStream.Select(g => (long)g.Sum(s => s.Facts.Count))),
                ArrayParameter.Texts(events.Select(e => e.Stream)),
                ArrayParameter.Numbers(events.Select(e => e.Version)),
                ArrayParameter.Ids(events.Select(e => e.Id)),
                ArrayParameter.Texts(events.Select(e => e.Kind.Alias)),
                ArrayParameter.Texts(events.Select(e => e.Kind.DotNetType)),
                ArrayParameter.Jsons(events.Select(e => e.Data)),
                ArrayParameter.Jsons(events.Select(e => e.Headers)),
                ArrayParameter.Times(events.Select(e => e.Fact.Occurred.UtcDateTime)),
                ArrayParameter.Texts(events.Select(e => e.Leaf.Begin)),
                ArrayParameter.Texts(events.Select(e => e.Leaf.End)),
                ArrayParameter.Bytes(events.Select(e => e.Leaf.HeaderSalt)),
                ArrayParameter.Bytes(events.Select(e => e.Leaf.DataSalt)),
                new NpgsqlParameter { Value = append.Correlation, NpgsqlDbType = NpgsqlDbType.Text },
                ArrayParameter.Texts(held.Select(g => g.Kind)),
                ArrayParameter.Texts(held.Select(g => g.Key)),
                ArrayParameter.Texts(held.Select(g => g.Except)),
                ArrayParameter.Texts(needed),
                ArrayParameter.Texts(changes.Closed.Select(c => c.View).Concat(changes.Opened.Select(c => c.View)).Distinct()),
                ArrayParameter.Texts(changes.Closed.Select(c => c.View)),
                ArrayParameter.Texts(changes.Closed.Select(c => c.Key)),
                ArrayParameter.Numbers(changes.Closed.Select(c => c.Event)),
                ArrayParameter.Texts(changes.Opened.Select(c => c.View)),
                ArrayParameter.Texts(changes.Opened.Select(c => c.Key)),
                ArrayParameter.Numbers(changes.Opened.Select(c => c.Event)),
                ArrayParameter.Numbers(changes.Opened.Select(c => c.Until)),
                ArrayParameter.Jsons(changes.Opened.Select(c => c.Row)),
                ArrayParameter.Texts(changes.Stopped.Select(s => s.View)),
                ArrayParameter.Numbers(changes.Stopped.Select(s => s.Event)),
                ArrayParameter.Texts(changes.Stopped.Select(s => s.Reason)),
                ArrayParameter.Texts(paths.Select(p => p.Layer)),
                ArrayParameter.Numbers(paths.Select(p => p.Version)),
                ArrayParameter.Texts(paths.Select(p => p.Kind)),
                ArrayParameter.Bytes(paths.Select(p => p.Path)),
                ArrayParameter.Numbers(append.Strangers),
                new NpgsqlParameter { Value = ViewVersions.Wanted, NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
    }

    /// <summary>The words of eventdock.check_guards.</summary>
    private static Seq<(string Kind, string Key, string Except)> Flat(Guard guard) =>
        guard switch
        {
            Guard.ImagePresent g => Seq1(("image-present", g.ImageId, "")),
            Guard.LayersPresent g => g.LayerIds.Map(id => ("layer-present", id, "")),
            Guard.ImageUnused g => Seq1(("image-unused", g.ImageId, "")),
            Guard.ImageUntagged g => Seq1(("image-untagged", g.ImageId, Json(g.Except))),
            Guard.LayersUnused g => g.LayerIds.Map(id => ("layer-unused", id, g.ExceptImageId)),
            _ => throw new System.Diagnostics.UnreachableException($"no check for {guard.GetType().Name}"),
        };

    private static string Json(Seq<string> texts)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartArray();
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
