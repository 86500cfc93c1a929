namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using Npgsql;

/// <summary>A row of mt_events as an event.</summary>
internal static class EventRow
{
    public const string Columns =
        "e.seq_id, e.stream_id, e.version, e.type, e.data::text, e.headers::text, e.timestamp, e.id";

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
        return EventCodec.ReadHeaders(position, stored).Bind(headers =>
            EventCodec.Read(position, alias, headers.Schema, data).Map(happened => new Recorded<DockEvent>(
                position, stream, version, happened, headers.Occurred, new DateTimeOffset(at, TimeSpan.Zero), id, headers.Origin)));
    }
}
