namespace EventDock.Adapters.Postgres;

using System.Buffers.Text;
using System.Globalization;
using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;

/// <summary>
/// The log as folds read it: of each event that any view heeds the type, the time, and the data. Of the headers, which are half
/// of what an event weighs, the server picks the two values out.
/// </summary>
internal static class ViewSource
{
    /// <summary>A page ends at the first of these: an event can be as large as two million bytes, and pages wait in memory.</summary>
    private const int PageSize = 500, PageBytes = 1 << 20;

    private static readonly IReadOnlyList<string> UnheededAliases =
        AllViews.Unheeded.Map(name => EventCodec.Kinds.Find(k => k.Name == name).Map(k => k.Alias).IfNone("")).ToList();

    private static readonly string Unheeded = string.Join(',', UnheededAliases.Select(alias => $"'{alias}'"));

    /// <summary>Events after one position up to another, in pages: those whose rows have been dropped come first.</summary>
    /// <returns>Error: Conflict, where rows are dropped meanwhile: they may have been seen neither here nor there.</returns>
    public static async Task<Either<DomainError, Unit>> ReadAsync(
        SegmentFiles files, NpgsqlConnection connection, long after, long upTo, Func<IReadOnlyList<Folded>, ValueTask> page,
        CancellationToken cancel)
    {
        var before = await SealedRows.OfAsync(files, connection, cancel);
        foreach (var member in before.Between(after + 1, upTo))
        {
            var read = member.Bind(events => Heeded(events, after, upTo));
            if (read.IsLeft)
            {
                return read.Map(_ => unit);
            }

            await read.MatchAsync(RightAsync: async events => await GiveAsync(events, page), Left: _ => unit);
        }

        var rest = await RowsAsync(connection, after, upTo, page, cancel);
        var now = await SealedRows.ListAsync(connection, cancel);
        return rest.Bind(_ => now.Count(s => s.Dropped) == before.Segments.Count(s => s.Dropped)
            ? Right<DomainError, Unit>(unit)
            : new DomainError.Conflict(Streams.Segments));
    }

    private static async Task<Unit> GiveAsync(Seq<Folded> events, Func<IReadOnlyList<Folded>, ValueTask> page)
    {
        if (!events.IsEmpty)
        {
            await page(events.ToList());
        }

        return unit;
    }

    /// <summary>What a redaction has taken out decides nothing; where a row still tells of one, its data are not in the file either.</summary>
    private static Either<DomainError, Seq<Folded>> Heeded(IReadOnlyList<SealedEvent> events, long after, long upTo) =>
        events.Where(e => e.Position > after && e.Position <= upTo && !UnheededAliases.Contains(e.Fields.Type)).ToSeq()
            .Bind(e => e.Data.Map(data => (e.Position, e.Fields, data)).ToSeq())
            .All(e => EventCodec.Read(e.Position, e.Fields.Type, e.Fields.Schema, Encoding.UTF8.GetString(e.data.Json))
                .Map(happened => new Folded(e.Position, new Fact(happened, e.Fields.Occurred))));

    private static async Task<Either<DomainError, Unit>> RowsAsync(
        NpgsqlConnection connection, long after, long upTo, Func<IReadOnlyList<Folded>, ValueTask> page, CancellationToken cancel)
    {
        await using var rows = await CopyRows.BeginAsync(
            connection,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                select e.seq_id, e.type::text, e.headers->>'Schema', e.headers->>'Occurred', e.data::text from eventdock.mt_events e
                where e.seq_id > {after} and e.seq_id <= {upTo} and e.type <> all(array[{Unheeded}])
                    and not exists (select from eventdock.foreign_events f where f.position = e.seq_id)
                    and e.seq_id not in (select r.position from eventdock.redactions r where r.data is not null)
                order by e.seq_id
                """),
            cancel);
        var (events, bytes) = (new List<Folded>(PageSize), 0);
        while (await rows.NextAsync(cancel))
        {
            var read = Event(rows, ref bytes);
            if (read.IsLeft)
            {
                return read.Map(_ => unit);
            }

            read.IfRight(events.Add);
            if (events.Count == PageSize || bytes > PageBytes)
            {
                await page(events);
                (events, bytes) = (new List<Folded>(PageSize), 0);
            }
        }

        if (events.Count > 0)
        {
            await page(events);
        }

        return unit;
    }

    private static Either<DomainError, Folded> Event(CopyRows row, ref int bytes)
    {
        var position = row.Number() ?? 0;
        var alias = row.Text() ?? "";
        var schema = row.Bytes();
        var occurred = row.Bytes();
        var data = row.Bytes();
        bytes += data.Length;
        return Utf8Parser.TryParse(schema, out int number, out var read) && read == schema.Length && number >= 0 && At(occurred) is { } at
            ? EventCodec.Read(position, alias, number, data).Map(happened => new Folded(position, new Fact(happened, at)))
            : new DomainError.LedgerUnreadable(position, "the event has no headers");
    }

    /// <summary>In the ledger's own form nearly always; read by hand, since there are a million of them.</summary>
    private static DateTimeOffset? At(ReadOnlySpan<byte> occurred) =>
        CanonicalText.Micros(occurred) is { } micros
            ? CanonicalText.Epoch.AddTicks(micros * 10)
            : Rfc3339.Parse(Encoding.UTF8.GetString(occurred)).ToNullable();
}
