namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>
/// What an import writes when all events are there: what follows from them together, and where the ledger stands. What verify
/// would find fault with is refused.
/// </summary>
internal static class ImportEnd
{
    public static async Task<Either<DomainError, Imported>> WriteAsync(
        NpgsqlConnection connection, ExportReader reader, ImportedPart kept, ExportTrailer trailer, Option<VerifierKey> signer,
        CancellationToken cancel)
    {
        if (!kept.IsWhole && kept.Last == 0)
        {
            return new DomainError.NothingYet();
        }

        var end = kept.IsWhole ? trailer.To : kept.Last;
        foreach (var sql in new[] { Redactions, Views, Statistics })
        {
            await ExecuteAsync(connection, sql, cancel);
        }

        await ForeignAsync(connection, trailer.Foreign.Filter(position => position <= end).ToArray(), cancel);
        await HeadAsync(connection, end, kept, cancel);
        await signer.IfSomeAsync(key => PostgresLedgerTree.KeepAsync(
            connection, key.Text, new KeptCheckpoint(trailer.Checkpoint, reader.Tree.Nodes), cancel));
        if ((kept.IsWhole ? await OfTheWholeAsync(connection, cancel) : await OfAPartAsync(connection, cancel)) is { } wrong)
        {
            return wrong;
        }

        var found = await StreamFindings.ReadAsync(connection, cancel);
        return found.HeadOrNone().Match(
            Some: first => new DomainError.BadExport(
                0, $"does not agree with itself: {((Finding.ColumnChanged)first).Column}, at position {first.Position}"),
            None: () => Right<DomainError, Imported>(new Imported(end, kept.IsWhole ? reader.Tree.Size : kept.Count, trailer.Checkpoint)));
    }

    private static async Task<DomainError?> OfTheWholeAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        if (await GapAsync(connection, cancel) is { } stream)
        {
            return new DomainError.BadExport(0, $"leaves out versions of the stream {stream}");
        }

        if (await UntoldAsync(connection, headers: true, cancel) is { } position)
        {
            return new DomainError.BadExport(0, $"lacks a part of position {position}, and no Redacted in it tells why");
        }

        return (await ToldStrangers.ReadAsync(connection, cancel)).Findings is { IsEmpty: false } foreign
            ? new DomainError.BadExport(
                0, $"says that a foreign event stood at position {foreign[0].Position}, and no ForeignEventFound in it agrees")
            : null;
    }

    /// <summary>What tells of strangers and of redactions may come after the part. Without its data an event cannot be folded.</summary>
    private static async Task<DomainError?> OfAPartAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        await UntoldAsync(connection, headers: false, cancel) is { } position
            ? new DomainError.BadExport(0, $"no longer has what stood at position {position}: it was redacted after that moment")
            : null;

    private const string Redactions =
        $"insert into eventdock.redactions (position, headers, data) select position, headers, data "
        + $"from ({StreamFindings.Redacted}) t";

    /// <summary>They hold nothing of these events: nobody is to take them for what they are folded to.</summary>
    private const string Views = "update eventdock.view_versions set version = 0; delete from eventdock.view_builds";

    private const string Statistics =
        "analyze eventdock.mt_events, eventdock.mt_streams, eventdock.leaves, eventdock.salts, eventdock.layer_paths";

    /// <summary>Their events are not here, and never were: an id that is none tells them from those that have been removed.</summary>
    private static async Task ForeignAsync(NpgsqlConnection connection, long[] positions, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "insert into eventdock.foreign_events (position, id, recorded) select p, $2, true from unnest($1) p", connection)
        {
            Parameters =
            {
                new() { Value = positions, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = StreamFindings.NotHere, NpgsqlDbType = NpgsqlDbType.Uuid },
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task HeadAsync(NpgsqlConnection connection, long end, ImportedPart kept, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "update eventdock.head set position = $1, recorded = coalesce($2, recorded), chain = $3", connection)
        {
            Parameters =
            {
                new() { Value = end, NpgsqlDbType = NpgsqlDbType.Bigint },
                new()
                {
                    Value = kept.Recorded is { } at ? at.UtcDateTime : DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.TimestampTz,
                },
                new() { Value = kept.Chain.ToArray(), NpgsqlDbType = NpgsqlDbType.Bytea },
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
        await ExecuteAsync(
            connection, FormattableString.Invariant($"select setval('eventdock.mt_events_sequence', {end})"), cancel);
    }

    /// <summary>A stream of which versions are missing that no foreign event had; a redacted ForeignEventFound may have told of any.</summary>
    private static async Task<string?> GapAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            with found as (
                select f.data->>'Stream' as stream, (f.data->>'Version')::bigint as version, r.data is not null as gone
                from eventdock.mt_events f left join eventdock.redactions r on r.position = f.seq_id
                where f.type = 'foreign_event_found' and f.stream_id = $1)
            select s.id from eventdock.mt_streams s
            join (select stream_id, count(*) as held from eventdock.mt_events group by stream_id) e on e.stream_id = s.id
            where s.version <> e.held
                and s.version - e.held > (select count(*) from found where gone) + (
                    select count(distinct f.version) from found f where f.stream = s.id and f.version between 1 and s.version
                        and not exists (select from eventdock.mt_events m where m.stream_id = s.id and m.version = f.version))
            limit 1
            """, connection)
        {
            Parameters = { new() { Value = Streams.Strangers, NpgsqlDbType = NpgsqlDbType.Text } },
        };
        return (string?)await command.ExecuteScalarAsync(cancel);
    }

    /// <summary>What is gone, and nothing says so: an export that ends before the redaction can be one.</summary>
    /// <param name="headers">Headers count, too, and not data alone.</param>
    private static async Task<long?> UntoldAsync(NpgsqlConnection connection, bool headers, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.position from eventdock.salts s left join eventdock.redactions r on r.position = s.position
            where $1 and s.headers is null and r.headers is null or s.data is null and r.data is null
            order by s.position limit 1
            """, connection)
        {
            Parameters = { new() { Value = headers, NpgsqlDbType = NpgsqlDbType.Boolean } },
        };
        return (long?)await command.ExecuteScalarAsync(cancel);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
