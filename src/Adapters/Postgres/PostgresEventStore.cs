namespace EventDock.Adapters.Postgres;

using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>Reading a stream, and appending: the whole append is one call of <c>eventdock.append</c>.</summary>
internal static class PostgresEventStore
{
    private const string AppendSql =
        "select * from eventdock.append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,$29,$30,$31)";

    public static EventStore Create(Database database, Origin origin) =>
        new(
            Read: (stream, cancel) => ReadAsync(database, stream, cancel).ToAsync(),
            Append: (append, cancel) => AppendAsync(database, origin, append, cancel).ToAsync());

    private static Task<Either<DomainError, Seq<Recorded<DockEvent>>>> ReadAsync(
        Database database, string stream, CancellationToken cancel) =>
        database.Use<Seq<Recorded<DockEvent>>>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    $"select {EventRow.Columns} from eventdock.mt_events e where e.stream_id = $1 order by e.version", connection);
                command.Parameters.Add(new NpgsqlParameter { Value = StoredText.Of(stream), NpgsqlDbType = NpgsqlDbType.Text });
                await using var reader = await command.ExecuteReaderAsync(cancel);
                var events = new List<Recorded<DockEvent>>();
                while (await reader.ReadAsync(cancel))
                {
                    var read = EventRow.Read(reader);
                    if (read.IsLeft)
                    {
                        return read.Map(_ => Seq<Recorded<DockEvent>>());
                    }

                    read.IfRight(events.Add);
                }

                return events.ToSeq();
            },
            cancel);

    private static Task<Either<DomainError, Appended>> AppendAsync(
        Database database, Origin origin, Append append, CancellationToken cancel)
    {
        var streams = append.Streams.Filter(s => !s.Facts.IsEmpty).Map(s => s with { Stream = StoredText.Of(s.Stream) });
        return ChainBroken(streams) is { } lost
            ? Task.FromResult(Left<DomainError, Appended>(new DomainError.Conflict(lost)))
            : database.Use(connection => AppendAsync(database, connection, origin, streams, append.Guards, cancel), cancel);
    }

    /// <summary>A stream that is added to twice in one append must be added to where the first addition ended.</summary>
    private static string? ChainBroken(Seq<StreamAppend> streams) =>
        streams.GroupBy(s => s.Stream)
            .FirstOrDefault(g => g.Zip(g.Skip(1)).Any(p => p.Item2.Expected != p.Item1.Expected + p.Item1.Facts.Count))?.Key;

    private static async Task<Either<DomainError, Appended>> AppendAsync(
        Database database, NpgsqlConnection connection, Origin origin, Seq<StreamAppend> streams, Seq<Guard> guards,
        CancellationToken cancel)
    {
        var facts = streams.SelectMany(s => s.Facts.Select(f => (Fact: f, NewStream: s.Expected == 0))).ToList();
        var changes = await RowChanges.FoldAsync(connection, facts, cancel);
        cancel.ThrowIfCancellationRequested();
        await using var command = Command(connection, origin, streams, guards, changes);
        try
        {
            // Not called off once it is sent: nobody could say whether it came through, and what it stands for would be undone.
            await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
            await reader.ReadAsync(CancellationToken.None);
            var appended = new Appended(reader.GetInt64(0), reader.GetInt64(1));
            // The commit is behind the row; the disposal of a reader says nothing of one that failed.
            await reader.NextResultAsync(CancellationToken.None);
            return appended;
        }
        catch (PostgresException e) when (AppendErrors.Of(e, streams) is { } error)
        {
            return error;
        }
        catch (PostgresException e) when (e.ConstraintName == "view_containers_name")
        {
            return await TakenAsync(connection, changes, cancel);
        }
    }

    private static NpgsqlCommand Command(
        NpgsqlConnection connection, Origin origin, Seq<StreamAppend> streams, Seq<Guard> guards, RowChanges changes)
    {
        var correlation = origin.Command.ToString("D");
        var events = streams.SelectMany(s => s.Facts.Select((fact, i) => Prepare(origin, correlation, s.Stream, s.Expected + 1 + i, fact)))
            .ToList();
        var byStream = streams.GroupBy(s => s.Stream).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        var held = guards.Bind(Flat).Distinct().ToList();
        var paths = events.SelectMany(e => Paths(e).AsEnumerable()).ToList();
        return new NpgsqlCommand(AppendSql, connection)
        {
            Parameters =
            {
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
                new NpgsqlParameter { Value = correlation, NpgsqlDbType = NpgsqlDbType.Text },
                Texts(held.Select(g => g.Kind)),
                Texts(held.Select(g => g.Key)),
                Texts(held.Select(g => g.Except)),
                Texts(changes.Closed.Select(c => c.View)),
                Texts(changes.Closed.Select(c => c.Key)),
                Numbers(changes.Closed.Select(c => c.Event)),
                Texts(changes.Opened.Select(c => c.View)),
                Texts(changes.Opened.Select(c => c.Key)),
                Numbers(changes.Opened.Select(c => c.Event)),
                Array(changes.Opened.Select(c => c.Until), NpgsqlDbType.Bigint),
                Array(changes.Opened.Select(c => c.Row), NpgsqlDbType.Jsonb),
                Texts(paths.Select(p => p.Layer)),
                Numbers(paths.Select(p => p.Version)),
                Texts(paths.Select(p => p.Kind)),
                Array(paths.Select(p => p.Path), NpgsqlDbType.Bytea),
            },
        };
    }

    private sealed record Prepared(
        string Stream, long Version, Fact Fact, EventKind Kind, Guid Id, string Data, string Headers, Leaf Leaf);

    private static Prepared Prepare(Origin origin, string correlation, string stream, long version, Fact fact)
    {
        var kind = EventCodec.KindOf(fact.Event);
        var (id, data) = (Guid.CreateVersion7(), EventCodec.Write(fact.Event));
        var headers = EventCodec.WriteHeaders(EventHeaders.Of(origin, kind.Schema, fact.Occurred));
        var leaf = Leaf.Of(id, correlation, stream, version, kind, fact.Occurred, data, headers);
        return new Prepared(stream, version, fact, kind, id, data, headers, leaf);
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

    private static Seq<(string Layer, long Version, string Kind, byte[] Path)> Paths(Prepared prepared) =>
        prepared.Fact.Event is LayerWritten e
            ? e.Changes.Map(c => (
                e.Id, prepared.Version, c.Kind, c.Base64 ? Convert.FromBase64String(c.Path) : Encoding.UTF8.GetBytes(c.Path)))
            : Seq<(string, long, string, byte[])>();

    private static async Task<Either<DomainError, Appended>> TakenAsync(
        NpgsqlConnection connection, RowChanges changes, CancellationToken cancel)
    {
        var wanted = changes.Opened.Where(c => c.View == ContainersView.Projection.Name)
            .Select(c => (ContainerRow)ContainersView.Projection.Erased.Read(c.Row)).ToList();
        await using var command = new NpgsqlCommand(
            "select row->>'Name', key from eventdock.view_containers where valid_to is null and row->>'Name' = any($1) and key <> all($2)",
            connection)
        {
            Parameters = { Texts(wanted.Select(c => c.Name)), Texts(wanted.Select(c => c.Id.Value)) },
        };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel)
            ? new DomainError.NameTaken(reader.GetString(0), reader.GetString(1))
            // Its holder has been removed since: deciding again will find the name free.
            : new DomainError.Conflict(Streams.Container(wanted[0].Id.Value));
    }

    private static NpgsqlParameter Texts(IEnumerable<string> values) => Array(values.Select(StoredText.Of), NpgsqlDbType.Text);

    private static NpgsqlParameter Numbers(IEnumerable<long> values) => Array(values, NpgsqlDbType.Bigint);

    private static NpgsqlParameter Array<T>(IEnumerable<T> values, NpgsqlDbType type) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
