namespace EventDock.Adapters.Postgres;

using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using Npgsql;

/// <summary>A row of mt_events as an event.</summary>
internal static class EventRow
{
    public const string Columns =
        "e.seq_id, e.stream_id, e.version, e.type, e.data::text, e.headers::text, e.timestamp, e.id, "
        + "(select jsonb_build_array(r.headers, r.data, x.data->>'Reason', x.headers)::text from eventdock.redactions r "
        + "join eventdock.mt_events x on x.seq_id = greatest(r.headers, r.data) where r.position = e.seq_id)";

    /// <summary>How many columns that are.</summary>
    public const int Width = 9;

    /// <summary>
    /// The events that EventDock itself has appended; <c>h</c> is the head. A stranger's stands beyond the head until it is
    /// found, and is listed from then on.
    /// </summary>
    public const string Own =
        "(e.seq_id between 1 and h.position and not exists (select from eventdock.foreign_events f where f.position = e.seq_id))";

    /// <summary>Error: LedgerUnreadable, for a type or schema of a newer version, or data that is not what it should be.</summary>
    public static Either<DomainError, Recorded<DockEvent>> Read(NpgsqlDataReader row)
    {
        var position = row.GetInt64(0);
        var (stream, version, alias, data) = (row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetString(4));
        var (stored, at, id) = (row.IsDBNull(5) ? null : row.GetString(5), row.GetFieldValue<DateTime>(6), row.GetGuid(7));
        var gone = row.IsDBNull(8) ? null : Gone(position, row.GetString(8));
        return EventCodec.ReadHeaders(position, stored).Bind(headers =>
            Happened(position, alias, headers.Schema, data, gone).Map(happened => new Recorded<DockEvent>(
                position, stream, version, happened, headers.Occurred, new DateTimeOffset(at, TimeSpan.Zero), id, headers.Origin)
            {
                Redaction = gone,
            }));
    }

    private static Either<DomainError, DockEvent> Happened(long position, string alias, int schema, string data, Redaction? gone) =>
        gone is { Data: not null }
            ? EventCodec.KindOfAlias(alias).Map(kind => (DockEvent)new DataRedacted(kind))
                .ToEither(() => EventCodec.Unknown(position, alias))
            : EventCodec.Read(position, alias, schema, data);

    /// <summary>The positions, the reason and the headers of the Redacted that tells of it.</summary>
    private static Redaction Gone(long position, string told)
    {
        using var parts = JsonDocument.Parse(told);
        var root = parts.RootElement;
        var by = EventCodec.ReadHeaders(position, root[3].GetRawText()).Map(headers => headers.Actor).IfLeft(RedactedForm.Nobody);
        return new Redaction(Number(root[0]), Number(root[1]), root[2].GetString() ?? "", by);
    }

    private static long? Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
}
