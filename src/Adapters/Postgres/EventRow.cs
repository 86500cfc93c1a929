namespace EventDock.Adapters.Postgres;

using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using Npgsql;

/// <summary>A row of mt_events as an event.</summary>
internal static class EventRow
{
    public const string Columns = $"{BeforeData}, e.data{AfterData}";

    /// <summary>
    /// The same without the paths that a LayerWritten lists: for who decides by it, since they decide nothing, and for who tells of it in a
    /// line. There may be 10,000 of them, a megabyte in each of a container's records.
    /// </summary>
    public const string WithoutPaths =
        $"{BeforeData}, (case when e.type = 'layer_written' then jsonb_set(e.data, '{{Changes}}', '[]') else e.data end){AfterData}";

    private const string BeforeData = "e.seq_id, e.stream_id, e.version, e.type",
        AfterData = $"::text, e.headers::text, e.timestamp, e.id, {Redacted}";

    /// <summary>Of an event in eventdock.sealed: what its row still has.</summary>
    public const string SealedColumns =
        $"e.seq_id, e.stream_id, e.version, e.type, null::text, null::text, null::timestamptz, null::uuid, {Redacted}";

    private const string Redacted =
        "(select jsonb_build_array(r.headers, r.data, x.data->>'Reason', x.headers)::text from eventdock.redactions r "
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
        if (row.IsDBNull(1))
        {
            return new DomainError.LedgerUnreadable(position, "it belongs to no stream");
        }

        var (stream, version, alias, data) = (row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetString(4));
        var (stored, id) = (row.IsDBNull(5) ? null : row.GetString(5), row.GetGuid(7));
        var gone = row.IsDBNull(8) ? null : Gone(position, row.GetString(8));
        return CanonicalText.At(row.GetInt64(6)).ToEither<DomainError>(() =>
                new DomainError.LedgerUnreadable(position, "the time at which it was recorded is beyond the years 1 to 9999"))
            .Bind(at => EventCodec.ReadHeaders(position, stored).Bind(headers =>
                Happened(position, alias, headers.Schema, data, gone).Map(happened => new Recorded<DockEvent>(
                    position, stream, version, happened, headers.Occurred, at, id, headers.Origin)
                {
                    Redaction = gone,
                })));
    }

    /// <summary>None of these columns: the row has been dropped, and the event stands in a segment.</summary>
    public static bool IsSealed(NpgsqlDataReader row) => row.IsDBNull(4);

    /// <summary>What was taken out of the event, if anything was.</summary>
    public static string? Gone(NpgsqlDataReader row) => row.IsDBNull(8) ? null : row.GetString(8);

    /// <param name="told">As <see cref="Gone(NpgsqlDataReader)"/> gave it: what was taken out after the sealing is gone, too.</param>
    public static Either<DomainError, Recorded<DockEvent>> Of(SealedEvent found, string? told)
    {
        var fields = found.Fields;
        var gone = told is null ? null : Gone(found.Position, told);
        if (gone is null && found.Redacted)
        {
            return new DomainError.LedgerUnreadable(found.Position, "parts of it are gone, and nothing tells of it");
        }

        return Headers(found, gone).Bind(headers =>
            Happened(found.Position, fields.Type, fields.Schema, found.Data.Map(Json).IfNone(RedactedForm.Data), gone).Map(happened =>
                new Recorded<DockEvent>(
                    found.Position, fields.Stream, fields.Version, happened, fields.Occurred, fields.Recorded, fields.Id, headers.Origin)
                {
                    Redaction = gone,
                }));
    }

    private static Either<DomainError, EventHeaders> Headers(SealedEvent found, Redaction? gone) =>
        (gone is { Headers: not null } ? None : found.Headers).Match(
            Some: part => EventCodec.ReadHeaders(found.Position, Json(part)),
            None: () => Guid.TryParse(found.Fields.Correlation, out var command)
                ? RedactedForm.Headers(found.Fields.Schema, found.Fields.Occurred, command)
                : new DomainError.LedgerUnreadable(found.Position, "its correlation is no command's id"));

    private static string Json(SaltedPart part) => Encoding.UTF8.GetString(part.Json);

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
