namespace EventDock.Adapters.Postgres;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using Npgsql;
using NpgsqlTypes;

/// <summary>Some thousand imported events on their way into the tables, as the rows that an append would have made of them.</summary>
internal sealed class ImportBatch
{
    private const int Most = 4 << 20;

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] NoData = Encoding.UTF8.GetBytes(RedactedForm.Data);

    private readonly CopyBlock events = new();
    private readonly CopyBlock leaves = new();
    private readonly CopyBlock salts = new();
    private readonly CopyBlock paths = new();
    private readonly Dictionary<string, Stand> streams = new(StringComparer.Ordinal);

    /// <summary>Where a stream stands after these events.</summary>
    private sealed record Stand(long Version, DateTime Created, DateTime Changed);

    public bool Full => events.Length + leaves.Length + paths.Length > Most;

    public void Add(ImportedEvent imported)
    {
        var leaf = imported.Leaf;
        var recorded = Micros(leaf.Recorded);
        events.Fields(11);
        events.Number(leaf.Position);
        events.Id(leaf.Id);
        events.Text(leaf.Stream);
        events.Number(leaf.Version);
        events.Json(imported.Data.Match(Some: part => part.Json, None: () => NoData));
        events.Text(imported.Kind.Alias);
        events.Number(recorded);
        events.Text(imported.Kind.DotNetType);
        events.Text(leaf.Correlation);
        events.Json(imported.Headers.Match(Some: part => part.Json, None: () => NoHeaders(leaf)));
        events.Flag(false);

        leaves.Fields(6);
        leaves.Number(leaf.Position);
        leaves.Number(recorded);
        leaves.Range(Micros(leaf.Occurred), recorded);
        leaves.Raw(imported.Line);
        leaves.Raw(imported.Hash.ToArray());
        leaves.Raw(imported.Chain.ToArray());

        salts.Fields(3);
        salts.Number(leaf.Position);
        Salt(imported.Headers);
        Salt(imported.Data);

        imported.Happened.IfSome(happened => Paths(happened, leaf.Version));
        var at = leaf.Recorded.UtcDateTime;
        streams[leaf.Stream] = new Stand(leaf.Version, streams.TryGetValue(leaf.Stream, out var before) ? before.Created : at, at);
    }

    /// <summary>Writes what has been added, and is empty again.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await StreamsAsync(connection, cancel);
        await CopyAsync(
            connection,
            "mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, headers, is_archived)",
            events, cancel);
        await CopyAsync(connection, "leaves (position, recorded, late, line, hash, chain)", leaves, cancel);
        await CopyAsync(connection, "salts (position, headers, data)", salts, cancel);
        await CopyAsync(connection, "layer_paths (layer, version, kind, path)", paths, cancel);
        streams.Clear();
    }

    /// <summary>Before the events, which refer to them.</summary>
    private async Task StreamsAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into eventdock.mt_streams (id, version, created, timestamp, is_archived)
            select i, v, c, t, false from unnest($1, $2, $3, $4) x(i, v, c, t)
            on conflict (id) do update set version = excluded.version, timestamp = excluded.timestamp
            """, connection)
        {
            Parameters =
            {
                Array(streams.Keys.ToArray(), NpgsqlDbType.Text),
                Array(streams.Values.Select(s => s.Version).ToArray(), NpgsqlDbType.Bigint),
                Array(streams.Values.Select(s => s.Created).ToArray(), NpgsqlDbType.TimestampTz),
                Array(streams.Values.Select(s => s.Changed).ToArray(), NpgsqlDbType.TimestampTz),
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string target, CopyBlock block, CancellationToken cancel)
    {
        if (block.Length > 0)
        {
            await using var stream = await connection.BeginRawBinaryCopyAsync(
                $"copy eventdock.{target} from stdin (format binary)", cancel);
            await stream.WriteAsync(CopyBlock.Header, cancel);
            await stream.WriteAsync(block.Bytes, cancel);
            await stream.WriteAsync(CopyBlock.Trailer, cancel);
        }

        block.Clear();
    }

    private void Salt(Option<SaltedPart> part)
    {
        if (part.IsNone)
        {
            salts.Null();
        }

        part.IfSome(p => salts.Raw(p.Salt));
    }

    private void Paths(DockEvent happened, long version)
    {
        foreach (var path in LayerPaths.Of(happened, version))
        {
            paths.Fields(4);
            paths.Text(path.Layer);
            paths.Number(path.Version);
            paths.Text(path.Kind);
            paths.Raw(path.Path);
        }
    }

    /// <summary>What a redaction leaves in their place; that the correlation is a command's id has been looked at.</summary>
    private static byte[] NoHeaders(LeafFields leaf) => Encoding.UTF8.GetBytes(
        EventCodec.WriteHeaders(RedactedForm.Headers(leaf.Schema, leaf.Occurred, Guid.ParseExact(leaf.Correlation, "D"))));

    private static long Micros(DateTimeOffset at) => (at - Epoch).Ticks / 10;

    private static NpgsqlParameter Array<T>(T[] values, NpgsqlDbType type) =>
        new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };
}
