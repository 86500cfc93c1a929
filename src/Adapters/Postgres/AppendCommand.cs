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
                Texts(byStream.Select(g => g.Key)),
                Numbers(byStream.Select(g => g.First().Expected)),
                Numbers(byStream.Select(g => (long)g.Sum(s => s.Facts.Count))),
                Texts(events.Select(e => e.Stream)),
                Numbers(events.Select(e => e.Version)),
                Array(events.Select(e => e.Id), NpgsqlDbType.Uuid),
                Texts(events.Select(e => e.Kind.Alias)),
                Texts(events.Select(e => e.Kind.DotNetType)),
                Array(events.Select(e => e.Data), NpgsqlDbType.Jsonb),
                Array(events.Select(e => e.Headers), NpgsqlDbType.Jsonb),
                Array(events.Select(e => e.Fact.Occurred.UtcDateTime), NpgsqlDbType.TimestampTz),
                Texts(events.Select(e => e.Leaf.Begin)),
                Texts(events.Select(e => e.Leaf.End)),
                Array(events.Select(e => e.Leaf.HeaderSalt), NpgsqlDbType.Bytea),
                Array(events.Select(e => e.Leaf.DataSalt), NpgsqlDbType.Bytea),
                new NpgsqlParameter { Value = append.Correlation, NpgsqlDbType = NpgsqlDbType.Text },
                Texts(held.Select(g => g.Kind)),
                Texts(held.Select(g => g.Key)),
                Texts(held.Select(g => g.Except)),
                Texts(needed),
                Texts(changes.Closed.Select(c => c.View).Concat(changes.Opened.Select(c => c.View)).Distinct()),
                Texts(changes.Closed.Select(c => c.View)),
                Texts(changes.Closed.Select(c => c.Key)),
                Numbers(changes.Closed.Select(c => c.Event)),
                Texts(changes.Opened.Select(c => c.View)),
                Texts(changes.Opened.Select(c => c.Key)),
                Numbers(changes.Opened.Select(c => c.Event)),
                Array(changes.Opened.Select(c => c.Until), NpgsqlDbType.Bigint),
                Array(changes.Opened.Select(c => c.Row), NpgsqlDbType.Jsonb),
                Texts(changes.Stopped.Select(s => s.View)),
                Numbers(changes.Stopped.Select(s => s.Event)),
                Texts(changes.Stopped.Select(s => s.Reason)),
                Texts(paths.Select(p => p.Layer)),
                Numbers(paths.Select(p => p.Version)),
                Texts(paths.Select(p => p.Kind)),
                Array(paths.Select(p => p.Path), NpgsqlDbType.Bytea),
                Numbers(append.Strangers),
                new NpgsqlParameter { Value = ViewVersions.Wanted, NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
    }

    public static NpgsqlParameter Texts(IEnumerable<string> values) => Array(values.Select(StoredText.Of), NpgsqlDbType.Text);

    private static NpgsqlParameter Numbers(IEnumerable<long> values) => Array(values, NpgsqlDbType.Bigint);

    private static NpgsqlParameter Array<T>(IEnumerable<T> values, NpgsqlDbType type) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

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
